// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.protocol.MemoryAllowance;
import dev.sluice.scheduler.Ticker;
import java.util.concurrent.Executor;

/**
 * What the connections of one runner share. Immutable; its parts are thread-safe.
 *
 * @param blocking runs filters that may block, each task on a thread of its own
 * @param open the calls that have no outcome yet, and whether more are taken
 */
record RunnerScope(
    ConfRegistry confs,
    FailureAnswers answers,
    RunnerListener listener,
    QuietLog log,
    Executor blocking,
    Ticker ticker,
    MemoryAllowance allowance,
    OpenCalls open) {}
