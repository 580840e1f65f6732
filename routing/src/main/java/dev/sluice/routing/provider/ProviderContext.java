// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What a running provider works with. Immutable.
 *
 * @param ticker monotonic time
 * @param wall time on the wall, for what is written or sent
 * @param timer runs what is due; its tasks must not block, blocking work goes to virtual threads
 * @param changed to be called when {@link Provider#capacity}, {@link Provider#price} or {@link Provider#health} answer differently than
 *     before; cheap, from any thread, also often
 */
public record ProviderContext(Ticker ticker, InstantSource wall, ScheduledExecutorService timer, Runnable changed) {}
