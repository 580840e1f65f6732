// SPDX-License-Identifier: Apache-2.0
/**
 * Load on a gateway and on a runner, and what came of it.
 *
 * <p>{@link dev.sluice.t.load.LoadGenerator} sends LLM requests over HTTP. In an open loop requests begin when the plan says,
 * whether or not earlier ones have been answered, and times count from that intended instant, so that a stalled server can't
 * hide its stall by slowing the load down. In a closed loop a fixed number of clients each send when they have their answer.
 *
 * <p>{@link dev.sluice.t.load.RunnerClient} speaks the runner protocol itself, without a gateway, from frames encoded
 * beforehand; {@link dev.sluice.t.load.ConstantRunner} answers the same conversation from constants, which is the floor that
 * a real runner is compared with; {@link dev.sluice.t.load.RpcBench} runs both in turns.
 *
 * <p>What a figure from here means: throughput of one client thread on the machine at hand. Compare ratios taken in one run
 * in interleaved rounds; absolute figures move with whatever else the machine does.
 */
@NullMarked
package dev.sluice.t.load;

import org.jspecify.annotations.NullMarked;
