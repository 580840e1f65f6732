// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import dev.sluice.routing.slice.SliceTable.Claim;
import dev.sluice.routing.slice.SliceTable.Lease;
import dev.sluice.routing.slice.SliceTable.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the script in Redis does, for one process in virtual time. Not thread-safe. */
final class MemoryTable {
  private record Entry(long held, long demand, long weight, long seenMillis) {}

  private final long lifeMillis;
  private final long settlingMillis;
  private final Map<String, TreeMap<String, Entry>> capacities = new HashMap<>();
  private final Map<String, Long> growsFrom = new HashMap<>();

  MemoryTable(long lifeMillis, long settlingMillis) {
    this.lifeMillis = lifeMillis;
    this.settlingMillis = settlingMillis;
  }

  /** Forgets everything, as an empty server that takes over. */
  void lose() {
    capacities.clear();
    growsFrom.clear();
  }

  List<Lease> claim(String node, List<Claim> claims, long nowMillis) {
    List<Lease> leases = new ArrayList<>();
    for (Claim claim : claims) {
      String name = claim.need().name();
      TreeMap<String, Entry> entries = capacities.computeIfAbsent(name, key -> new TreeMap<>());
      if (entries.isEmpty() && claim.has() > 0) {
        growsFrom.put(name, nowMillis + settlingMillis);
      }
      entries.values().removeIf(entry -> entry.seenMillis() + lifeMillis < nowMillis);
      List<Peer> peers = new ArrayList<>();
      long others = 0;
      for (Map.Entry<String, Entry> entry : entries.entrySet()) {
        if (!entry.getKey().equals(node)) {
          others += entry.getValue().held();
          peers.add(new Peer(entry.getKey(), entry.getValue().demand(), entry.getValue().weight()));
        }
      }
      long part = claim.wants();
      if (part > claim.has()) {
        long room = nowMillis < growsFrom.getOrDefault(name, 0L) ? 0 : claim.need().capacity() - others - claim.has();
        part = claim.has() + Math.max(0, Math.min(claim.wants() - claim.has(), room));
      }
      part = Math.max(1, part);
      entries.put(node, new Entry(Math.max(claim.has(), part), claim.need().demand(), claim.need().weight(), nowMillis));
      leases.add(new Lease(name, part, peers));
    }
    return leases;
  }
}
