// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.Set;

/**
 * An admitted request, as far as choosing its destination needs it: no prompt, no key. Immutable.
 *
 * @param model canonical name, as in {@link Provider#models}
 * @param requestedModel the name the caller used; differs by alias, or under {@link ServedModel#ANY}
 * @param account who pays; never to leave the process as it is
 * @param lane index of its lane, 0 the most important
 * @param promptTokens estimated, at least 0
 * @param outputTokens estimated, at least 0
 * @param stream whether the answer is streamed
 * @param regions where it may be processed; empty for anywhere
 */
public record TargetRequest(
    String model,
    String requestedModel,
    String account,
    int lane,
    long promptTokens,
    long outputTokens,
    boolean stream,
    Set<String> regions) {
  public TargetRequest {
    regions = Set.copyOf(regions);
  }
}
