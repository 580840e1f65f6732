// SPDX-License-Identifier: Apache-2.0
/**
 * The hosting of filters: SDK {@code PluginFilter}s run along a route, ours and third-party ones alike.
 *
 * <p>A {@link dev.sluice.plugin.filter.FilterRegistry} knows the filters. A configuration from the gateway becomes a {@link
 * dev.sluice.plugin.filter.FilterRoute}, and each call walks it link by link ({@link dev.sluice.plugin.filter.ChainWalk}).
 * The filters see the SDK's request, response and chain through subclasses that add what the protocol has and the SDK lacks,
 * and under which a stop is final: once a filter has stopped a request no later setter and no later filter changes that.
 *
 * <p>An {@link dev.sluice.plugin.filter.EventLoopFilter} runs on the connection's event loop and never blocks. Every other
 * filter runs on a virtual thread of its own, may block there, and may answer from any thread.
 *
 * <p>What carries a call, its connection and its deadline, is behind {@link dev.sluice.plugin.filter.CallPort}.
 */
@NullMarked
package dev.sluice.plugin.filter;

import org.jspecify.annotations.NullMarked;
