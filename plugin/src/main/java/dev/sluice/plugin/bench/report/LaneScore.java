// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

/**
 * How one lane fared. Immutable.
 *
 * @param arrivals requests whose callers did not leave
 * @param goodput part of them that started within the lane's goal
 * @param waitP50Seconds of those that started
 * @param waitP99Seconds of those that started
 * @param waitMaxSeconds of those that started
 * @param refusalP99Seconds time to a refusal, of those refused
 * @param jain fairness index over tenants of good tokens by demanded tokens, in plus twice out
 */
public record LaneScore(
    String lane,
    int arrivals,
    double goodput,
    double waitP50Seconds,
    double waitP99Seconds,
    double waitMaxSeconds,
    double refusalP99Seconds,
    double jain) {}
