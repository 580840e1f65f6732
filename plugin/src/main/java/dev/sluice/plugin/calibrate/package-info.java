// SPDX-License-Identifier: Apache-2.0
/**
 * Measures what an OpenAI-compatible endpoint can take, and words it as a provider's capacity.
 *
 * <p>A {@link dev.sluice.plugin.calibrate.ClosedLoop} keeps a number of requests at the {@link dev.sluice.plugin.calibrate.Endpoint}
 * and measures tokens per second in repeated windows; a {@link dev.sluice.plugin.calibrate.Ramp} says which number to try next; a
 * {@link dev.sluice.plugin.calibrate.Calibration} does so for each {@link dev.sluice.plugin.calibrate.Profile} of traffic within its
 * bounds. Prompts are random words, so nothing of the operator's is sent and no prefix cache helps.
 */
@NullMarked
package dev.sluice.plugin.calibrate;

import org.jspecify.annotations.NullMarked;
