// SPDX-License-Identifier: Apache-2.0
/**
 * Buying: an admitted request gets a supply, and the supply gets a report.
 *
 * <p>{@link dev.sluice.routing.marketplace.trade.Marketplace} keeps the book of supplies up to date in the background, says without
 * waiting whether there is anything to buy, and buys at dispatch, when it is certain that the request begins within its quote's start window.
 */
@NullMarked
package dev.sluice.routing.marketplace.trade;

import org.jspecify.annotations.NullMarked;
