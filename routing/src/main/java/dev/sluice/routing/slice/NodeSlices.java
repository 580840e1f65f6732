// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import dev.sluice.routing.slice.SliceTable.Claim;
import dev.sluice.routing.slice.SliceTable.Lease;
import dev.sluice.routing.slice.SliceTable.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one node has of each capacity, and what it claims next. Not thread-safe; confined to its owner's thread.
 *
 * <p>Cut off from the table it keeps what it has. After the time in which a silent node counts for the others, it takes no more than an even
 * part, as they may have taken the rest; after twice that time, when requests of whoever had more have run out, it takes an even part.
 */
final class NodeSlices {
  /**
   * Times and names. Immutable.
   *
   * @param node this one's name
   * @param expectedNodes among how many a capacity is divided while the table has never answered
   * @param life time after which a silent node counts no more
   * @param settling time after a silence in which this node asks for nothing more, as others have to come back first
   */
  record Bounds(String node, int expectedNodes, Duration life, Duration settling) {}

  private static final class Held {
    private long part;
    private Need need;

    /** By name, so that everybody divides alike. */
    private List<Peer> peers = List.of();

    private Held(Need need) {
      this.need = need;
    }

    private int nodes() {
      return peers.size() + 1;
    }
  }

  private final Bounds bounds;
  private final Map<String, Held> capacities = new HashMap<>();
  private boolean answered;
  private boolean cutOff = true;
  private long cutOffAtNanos;
  private long growsFromNanos;

  NodeSlices(Bounds bounds, long nowNanos) {
    this.bounds = bounds;
    this.cutOffAtNanos = nowNanos;
    this.growsFromNanos = nowNanos;
  }

  /** What to claim for {@code needs}, which are all there are. */
  List<Claim> claims(List<Need> needs, long nowNanos) {
    capacities.keySet().retainAll(needs.stream().map(Need::name).collect(Collectors.toSet()));
    List<Claim> claims = new ArrayList<>();
    for (Need need : needs) {
      Held held = capacities.computeIfAbsent(need.name(), name -> new Held(need));
      held.need = need;
      // Before the first answer others don't count on this node's part, and it takes what they leave.
      long has = answered ? Math.max(held.part, need.busy()) : need.busy();
      boolean returning = answered && cutOff;
      long wants = returning ? held.part : part(held, need.demand());
      boolean grows = answered && wants > held.part && held.part > 0;
      claims.add(new Claim(need, has, Math.max(1, grows && nowNanos - growsFromNanos < 0 ? held.part : wants)));
    }
    return claims;
  }

  /** The node's fair part if it could use {@code demand}. */
  private long part(Held held, long demand) {
    List<Peer> all = new ArrayList<>(held.peers);
    int own = Math.toIntExact(all.stream().filter(peer -> peer.node().compareTo(bounds.node()) <= 0).count());
    all.add(own, new Peer(bounds.node(), demand, held.need.weight()));
    FairParts.Member[] members = all.stream().map(peer -> new FairParts.Member(peer.demand(), peer.weight())).toArray(FairParts.Member[]::new);
    return FairParts.of(held.need.capacity(), members)[own];
  }

  /** Takes over what the table gave; true if the node now has less of something than it said, which the others wait to hear. */
  boolean leased(List<Lease> leases, long nowNanos) {
    if (cutOff) {
      growsFromNanos = answered ? nowNanos + bounds.settling().toNanos() : nowNanos;
    }
    cutOff = false;
    answered = true;
    boolean less = false;
    for (Lease lease : leases) {
      Held held = capacities.get(lease.name());
      if (held != null) {
        less |= lease.part() < held.part;
        held.part = lease.part();
        held.peers = lease.peers().stream().sorted(Comparator.comparing(Peer::node)).toList();
      }
    }
    return less;
  }

  /** Takes note that the table does not answer. */
  void cutOff(long nowNanos) {
    if (!cutOff) {
      cutOff = true;
      cutOffAtNanos = nowNanos;
    }
    long aloneNanos = nowNanos - cutOffAtNanos;
    for (Held held : capacities.values()) {
      int nodes = answered ? held.nodes() : bounds.expectedNodes();
      long even = Math.ceilDiv(held.need.capacity(), (long) nodes);
      if (held.part == 0 || aloneNanos >= 2 * bounds.life().toNanos()) {
        held.part = even;
      } else if (aloneNanos >= bounds.life().toNanos()) {
        held.part = Math.min(held.part, even);
      }
    }
  }

  /** The capacities that were claimed last. */
  Set<String> names() {
    return capacities.keySet();
  }

  /** What the node may use. */
  List<Grant> grants() {
    List<Grant> grants = new ArrayList<>();
    capacities.forEach(
        (name, held) -> {
          long prospect = cutOff ? held.part : Math.max(held.part, part(held, held.need.capacity()));
          grants.add(new Grant(name, held.part, prospect, answered ? held.nodes() : 1));
        });
    return grants;
  }
}
