// SPDX-License-Identifier: Apache-2.0
/**
 * The marketplace's API: what may be sent, how it is sent, and what is taken for an answer.
 *
 * <p>{@link dev.sluice.routing.marketplace.wire.EgressPolicy} is the only maker of outgoing text: each field that may leave is named there
 * with the form its values must have. {@link dev.sluice.routing.marketplace.wire.MarketLine} lets a call out only past consent and the
 * breaker; {@link dev.sluice.routing.marketplace.wire.HttpTransport} is the one class that opens connections.
 */
@NullMarked
package dev.sluice.routing.marketplace.wire;

import org.jspecify.annotations.NullMarked;
