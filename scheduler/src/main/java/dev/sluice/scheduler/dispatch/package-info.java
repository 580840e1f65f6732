// SPDX-License-Identifier: Apache-2.0
/**
 * Matches waiters with capacity, and foretells when capacity will come.
 *
 * <p>A {@linkplain dev.sluice.scheduler.dispatch.Dispatcher round} walks the waiters in policy order; whoever can't run claims
 * the accounts it waits for, so that nobody behind it takes them. A {@linkplain dev.sluice.scheduler.dispatch.Forecast
 * forecast} treats the work ahead and the refill as fluids.
 */
@NullMarked
package dev.sluice.scheduler.dispatch;

import org.jspecify.annotations.NullMarked;
