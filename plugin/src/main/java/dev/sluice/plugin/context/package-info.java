// SPDX-License-Identifier: Apache-2.0
/**
 * The filter {@code ai-context-guard}: does a request fit its model's context, and what becomes of one that doesn't.
 *
 * <pre>
 * body → shape → (content hook) → limit of model and level → sure to fit ────────────────→ ai-scheduler
 *                                                          → counted → fits ─────────────┤
 *                                                                    → cut until it fits ┤
 *                                                                    → refused           │
 * </pre>
 *
 * A {@link dev.sluice.plugin.context.GuardPassage} is one request on this way. Most are sure to fit by an upper bound that the estimate of
 * their size comes with. The others are counted exactly by a {@link dev.sluice.plugin.context.Tokenizer}, on threads of their own, and {@link
 * dev.sluice.plugin.context.ContextJudge} decides: pure arithmetic on bytes. What is cut is handed on as an edit of the body, not as a body.
 */
@NullMarked
package dev.sluice.plugin.context;

import org.jspecify.annotations.NullMarked;
