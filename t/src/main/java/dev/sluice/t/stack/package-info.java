// SPDX-License-Identifier: Apache-2.0
/**
 * The whole product as processes: provider simulators, the runner from its jar, and a gateway.
 *
 * <p>The gateway is the embedded one, started as a process, or a real APISIX that is already running; everything above this
 * package is the same for both. {@link dev.sluice.t.stack.GatewayChoice} is the only place that knows which it is.
 */
@NullMarked
package dev.sluice.t.stack;

import org.jspecify.annotations.NullMarked;
