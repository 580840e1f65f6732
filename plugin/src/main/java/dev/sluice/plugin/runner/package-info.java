// SPDX-License-Identifier: Apache-2.0
/**
 * The server that APISIX calls: connections on a unix socket, one call at a time on each, one reply for each request frame.
 *
 * <p>{@link dev.sluice.plugin.runner.RunnerServer} is the door. Behind it every connection has an {@link
 * dev.sluice.plugin.runner.Exchange}, a state machine confined to one event loop:
 *
 * <pre>
 * idle ── request frame ──&gt; open call ── decided | failed | deadline ──&gt; reply ──&gt; idle
 *   │                          │  └─ question ──&gt; extra info frame ─┘
 *   └───── disconnect ─────────┴──────────────────────────────────────&gt; closed
 * </pre>
 *
 * <p>Whatever filters do, a call has one outcome: {@link dev.sluice.plugin.runner.OpenCall} takes the first of decision,
 * failure, deadline and disconnect, and counts the rest. Filters run elsewhere ({@code dev.sluice.plugin.filter}); what they
 * decide comes back to the event loop to be written. A call that filters can't answer is refused with an HTTP answer made by
 * {@link dev.sluice.plugin.runner.FailureAnswers}; error frames, which the gateway turns into a bare 503, are left to frames
 * that can't be read and to unknown conf tokens.
 *
 * <p>Nothing here logs a header value, a body or a configuration.
 */
@NullMarked
package dev.sluice.plugin.runner;

import org.jspecify.annotations.NullMarked;
