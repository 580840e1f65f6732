// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import dev.sluice.routing.store.FailureBreaker;
import java.time.Duration;

/**
 * How health is judged. Immutable.
 *
 * @param breaker when a provider is given up, and for how long
 * @param slowStart time in which a provider that recovered gets its whole capacity back
 * @param slowRatio an answer that takes more than so many times the usual time is slow; 0 for never
 * @param slowAfter no answer is slow before this time
 * @param retryAfter how long an account that was asked for too much is left alone if the provider does not say
 * @param maxRetryAfter the longest that a provider may ask for
 * @param patience how long requests wait while every provider they may use is unhealthy
 */
public record HealthSettings(
    FailureBreaker.Settings breaker,
    Duration slowStart,
    double slowRatio,
    Duration slowAfter,
    Duration retryAfter,
    Duration maxRetryAfter,
    Duration patience) {}
