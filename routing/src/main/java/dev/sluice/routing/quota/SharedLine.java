// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.quota.QuotaTree.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One quota of a reservation that is kept in Redis. Immutable.
 *
 * @param tally key of the quota's tally in this window
 * @param limit as it holds for the claim; {@link Quota#UNLIMITED} for none
 * @param parent number of the parent's line, from 1; 0 for none
 */
record SharedLine(Quota quota, QuotaWindow.Span span, String tally, long limit, long kept, int parent) {
  /** Keys carry one hash tag, so that a cluster keeps them together. */
  static final String PREFIX = "{sluice:quota}:";

  /** The lines of a claim at {@code now}, parents first. */
  static List<SharedLine> of(List<Node> nodes, QuotaClaim claim, Instant now) {
    List<SharedLine> lines = new ArrayList<>(nodes.size());
    for (Node node : nodes) {
      Quota quota = node.quota;
      QuotaWindow.Span span = quota.window().at(now);
      int parent = node.parent.map(nodes::indexOf).orElse(-1) + 1;
      lines.add(new SharedLine(quota, span, tally(quota, span), claim.limit(quota, quota.limit()), node.kept(), parent));
    }
    return lines;
  }

  /** Key of a quota's tally in a window. */
  static String tally(Quota quota, QuotaWindow.Span span) {
    return PREFIX + "t:" + quota.id() + ":" + quota.unit() + ":" + span.start().toEpochMilli() + "-" + span.end().toEpochMilli();
  }

  /** What the script that reserves is told of this line. */
  void reserving(long units, List<String> arguments) {
    arguments.add(Long.toString(units));
    arguments.add(limit == Quota.UNLIMITED ? "" : Long.toString(limit));
    arguments.add(Long.toString(kept));
    arguments.add(Long.toString(quota.reserve()));
    arguments.add(Integer.toString(parent));
    arguments.add(Long.toString(span.start().toEpochMilli()));
    arguments.add(Long.toString(span.end().toEpochMilli()));
  }

  /** What the script that settles is told of this line. */
  void settling(long units, long assumed, List<String> arguments) {
    arguments.add(Long.toString(units));
    arguments.add(Long.toString(assumed));
    arguments.add(Long.toString(quota.reserve()));
    arguments.add(Integer.toString(parent));
    arguments.add(Long.toString(span.end().toEpochMilli()));
  }
}
