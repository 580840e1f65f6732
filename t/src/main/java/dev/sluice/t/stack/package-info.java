// SPDX-License-Identifier: Apache-2.0
/**
 * The whole product: the runner from its jar, as a process, and around it provider simulators and a gateway, as processes or inside this
 * JVM.
 *
 * <p>The gateway is the embedded one, or a real APISIX that is already running; everything above this
 * package is the same for both. {@link dev.sluice.t.stack.GatewayChoice} is the only place that knows which it is.
 */
@NullMarked
package dev.sluice.t.stack;

import org.jspecify.annotations.NullMarked;
