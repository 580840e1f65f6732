// SPDX-License-Identifier: Apache-2.0
/**
 * Decision records for people and for replays: the latest in memory, all of them in a file if one is configured.
 *
 * <p>A line of the file is one JSON object, {@link dev.sluice.plugin.decision.DecisionJson} says of which form. It names models,
 * accounts and providers and holds no key, prompt or body.
 */
@NullMarked
package dev.sluice.plugin.decision;

import org.jspecify.annotations.NullMarked;
