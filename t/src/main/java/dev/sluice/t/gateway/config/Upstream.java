// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.List;

/**
 * A set of servers that can carry a request. Immutable.
 *
 * @param id the name by which routes and {@code traffic-split} refer to it
 * @param nodes the servers with their weights; at least one
 * @param host what the {@code Host} header says
 * @param timeout how long each step may take
 */
public record Upstream(String id, List<Node> nodes, HostRule host, Timeout timeout) {

  /** Copies the nodes. */
  public Upstream {
    nodes = List.copyOf(nodes);
  }

  /** One server; {@code weight} is its share of the round robin, 0 for none. */
  public record Node(String host, int port, int weight) {
    /** The form in which {@code $upstream_addr} and {@code pass_host: node} name it. */
    public String address() {
      return host + ":" + port;
    }
  }

  /** Seconds to connect, and between two reads; APISIX's default is 60 each. */
  public record Timeout(double connectSeconds, double readSeconds) {}

  /** The {@code pass_host} setting. */
  public sealed interface HostRule {
    /** Passes what the client or a plugin said. */
    record Pass() implements HostRule {}

    /** Names the chosen node. */
    record NodeAddress() implements HostRule {}

    /** Always says {@code host}. */
    record Rewrite(String host) implements HostRule {}
  }
}
