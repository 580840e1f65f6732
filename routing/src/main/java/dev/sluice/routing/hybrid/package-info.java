// SPDX-License-Identifier: Apache-2.0
/**
 * Own providers first, bought capacity when waiting costs more.
 *
 * <p>Hybrid is a rule and no provider: own and bought capacity stay accounts of their own in one pool, and {@link
 * dev.sluice.routing.hybrid.SpillRule} says on arrival whether a request may use the bought one, too. Where it may, it still goes to its own
 * providers if they have room.
 */
@NullMarked
package dev.sluice.routing.hybrid;

import org.jspecify.annotations.NullMarked;
