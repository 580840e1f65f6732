// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

/**
 * What an endpoint can take of one profile of traffic. Immutable.
 *
 * @param best at the least number of requests at a time that gets nearly all
 * @param ended why the ramp went no further
 * @param whole false if the bounds were reached before the search was over
 */
public record Measured(Profile profile, Step best, String ended, boolean whole) {}
