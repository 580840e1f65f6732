// SPDX-License-Identifier: Apache-2.0
/**
 * The filter {@code ai-scheduler}: when a request goes, and where.
 *
 * <pre>
 * body → shape → model, lane, cost → scheduler → (waits) → lease → rewritten request, chosen provider
 *    └──────┴──────────────┴─────────────┴────────┴── refusal
 * </pre>
 *
 * A {@link dev.sluice.plugin.admission.Passage} is one request on this way. It lives on its connection's event loop; the
 * scheduler's outcome is brought there first, so no state of a passage is shared between threads. From the lease's grant until
 * the reply is written the passage owns the lease and withdraws it if the connection goes; from then on the lease register
 * does, until an event or the expiry ends it.
 */
@NullMarked
package dev.sluice.plugin.admission;

import org.jspecify.annotations.NullMarked;
