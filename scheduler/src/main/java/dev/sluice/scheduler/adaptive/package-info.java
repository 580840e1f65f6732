// SPDX-License-Identifier: Apache-2.0
/**
 * How much of a provider's configured capacity it really has, learned from how it answers.
 *
 * <p>Additive increase, multiplicative decrease (Chiu, Jain, Computer Networks and ISDN Systems 1989) of a scale between a
 * configured least and 1: whatever is learned, the configured capacity is never exceeded. Time is passed in and nothing is locked.
 */
@NullMarked
package dev.sluice.scheduler.adaptive;

import org.jspecify.annotations.NullMarked;
