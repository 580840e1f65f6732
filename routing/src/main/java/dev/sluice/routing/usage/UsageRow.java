// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.usage;

import dev.sluice.routing.Traits;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * What one request used. Immutable.
 *
 * @param lease unique name of the lease; with {@code at} the row's key
 * @param at when it ended; never changes, so that a repeated row is recognised
 * @param keyId name of the key; no secret
 * @param cachedTokens of the input tokens those that the provider had in its cache
 * @param cost in the price table's currency
 */
public record UsageRow(
    String lease,
    Instant at,
    String keyId,
    String account,
    Traits traits,
    String model,
    String provider,
    int lane,
    long inputTokens,
    long cachedTokens,
    long outputTokens,
    BigDecimal cost,
    long waitedMillis) {}
