// SPDX-License-Identifier: Apache-2.0
/**
 * What a request is charged beside capacity: its quotas, its key's own rate, and the row of usage it leaves.
 *
 * <pre>
 * placed → {@link dev.sluice.plugin.charge.Charges#open} → charge → (refused, evicted, left) → cancelled
 *                         └── refused                        └── lease → ended with it: settled | cancelled | expired
 * </pre>
 *
 * A charge ends exactly once. Until its request has a lease the passage owns it and cancels it; from then on it ends with the lease, whichever
 * way that does.
 */
@NullMarked
package dev.sluice.plugin.charge;

import org.jspecify.annotations.NullMarked;
