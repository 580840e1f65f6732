// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.quota.QuotaTree.Node;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a node may hand out once Redis is lost: of everything that was left at the last answer, the part of one among the nodes that then were
 * alive, and never more than half, because others may have joined unseen. Of a quota that this node never drew on, and of every window that begins
 * later, the same part of the whole. Immutable.
 */
final class LastShares implements Allotment {
  private static final Seen NOTHING = new Seen(0, 0);

  /** What was used when Redis last answered. Immutable. */
  record Seen(long used, long drawn) {}

  /** What was last heard of a quota. Immutable. */
  record Latest(Quota quota, QuotaWindow.Span span, Seen seen) {}

  /** A tally's place. Immutable. */
  private record Place(String quota, QuotaWindow.Span span) {}

  private final Map<Place, Seen> seen;
  private final long nodes;

  private LastShares(Map<Place, Seen> seen, long nodes) {
    this.seen = seen;
    this.nodes = nodes;
  }

  @Override
  public long limit(Node node, QuotaWindow.Span span) {
    long limit = node.quota.limit();
    if (limit == Quota.UNLIMITED) {
      return limit;
    }
    return Math.max(0, limit - last(node, span).used - unused(node, span)) / nodes + kept(node, span);
  }

  @Override
  public long kept(Node node, QuotaWindow.Span span) {
    return unused(node, span) / nodes;
  }

  @Override
  public long reserve(Node node, QuotaWindow.Span span) {
    return Math.max(0, node.quota.reserve() - last(node, span).used) / nodes;
  }

  private long unused(Node node, QuotaWindow.Span span) {
    return Math.max(0, node.kept() - last(node, span).drawn);
  }

  private Seen last(Node node, QuotaWindow.Span span) {
    return seen.getOrDefault(new Place(node.quota.id(), span), NOTHING);
  }

  /** Remembers the answers of Redis. Thread-safe. */
  static final class Memory {
    private final Map<String, Latest> latest = new ConcurrentHashMap<>();
    private volatile long nodes = 2;

    void answered(Quota quota, QuotaWindow.Span span, Seen seen) {
      latest.put(quota.id(), new Latest(quota, span, seen));
    }

    /** What was last heard of each quota. */
    List<Latest> latest() {
      return List.copyOf(latest.values());
    }

    void nodes(long alive) {
      nodes = Math.max(2, alive);
    }

    /** Forgets quotas that there are no longer. */
    void retain(QuotaTree tree) {
      latest.keySet().retainAll(tree.quotas().stream().map(Quota::id).toList());
    }

    LastShares shares() {
      Map<Place, Seen> seen = new ConcurrentHashMap<>();
      latest.forEach((quota, last) -> seen.put(new Place(quota, last.span), last.seen));
      return new LastShares(seen, nodes);
    }
  }
}
