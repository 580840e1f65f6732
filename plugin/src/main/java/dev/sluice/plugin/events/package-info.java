// SPDX-License-Identifier: Apache-2.0
/**
 * The end of a request: completion events from the gateway's log phase settle leases.
 *
 * <p>APISIX's {@code http-logger} posts one event a request, or an array where the operator batches. Delivery is at least once
 * and in any order, from a peer that may be anyone who reaches the port: the shared secret admits the sender, the lease's MAC
 * the event, and the register makes the second end of a lease a counted no-op.
 */
@NullMarked
package dev.sluice.plugin.events;

import org.jspecify.annotations.NullMarked;
