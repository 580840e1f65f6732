// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Where nodes lease their parts. Implementations are confined to one thread. */
interface SliceTable {
  /**
   * What a node says of one capacity. Immutable.
   *
   * @param has units that it may be using
   * @param wants units that it would have
   */
  record Claim(Need need, long has, long wants) {}

  /** What another node could use. Immutable. */
  record Peer(String node, long demand, long weight) {}

  /** What a node was given of one capacity, and who else shares it. Immutable. */
  record Lease(String name, long part, List<Peer> peers) {}

  /** Claims several capacities at once; the leases are in the same order. */
  List<Lease> claim(List<Claim> claims) throws IOException, InterruptedException;

  /** Gives everything back, as far as the table can be reached. */
  void leave(Collection<String> names) throws IOException, InterruptedException;
}
