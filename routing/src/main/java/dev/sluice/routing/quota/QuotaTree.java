// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.quota.QuotaClaim.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All quotas of one moment, by subject, with their parents. Immutable. */
public final class QuotaTree {
  /** No quotas. */
  public static final QuotaTree NONE = new QuotaTree(Map.of());

  private final Map<String, Node> byId;
  private final Map<Subject, List<Node>> bySubject = new HashMap<>();

  private QuotaTree(Map<String, Node> byId) {
    this.byId = byId;
    for (Node node : byId.values()) {
      bySubject.computeIfAbsent(new Subject(node.quota.scope(), node.quota.subject()), subject -> new ArrayList<>(2)).add(node);
    }
  }

  /** A quota in its place. Immutable. */
  static final class Node {
    final Quota quota;
    final Optional<Node> parent;
    private long kept;

    private Node(Quota quota, Optional<Node> parent) {
      this.quota = quota;
      this.parent = parent;
    }

    /** What the reserved quotas directly below keep of this one, used or not. */
    long kept() {
      return kept;
    }
  }

  /**
   * The tree of {@code quotas}.
   *
   * @throws IllegalArgumentException if an id occurs twice, or a parent is unknown, of no wider scope, or counts another unit or window
   */
  public static QuotaTree of(List<Quota> quotas) {
    Map<String, Quota> given = new LinkedHashMap<>();
    for (Quota quota : quotas) {
      if (given.put(quota.id(), quota) != null) {
        throw new IllegalArgumentException("quota: " + quota.id() + " twice (expected: unique ids)");
      }
    }
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (Quota quota : quotas) {
      node(quota, given, nodes);
    }
    for (Node node : nodes.values()) {
      node.parent.ifPresent(parent -> parent.kept += node.quota.reserve());
    }
    return quotas.isEmpty() ? NONE : new QuotaTree(nodes);
  }

  /** Ends because scopes only get wider on the way up. */
  private static Node node(Quota quota, Map<String, Quota> given, Map<String, Node> nodes) {
    Node known = nodes.get(quota.id());
    if (known != null) {
      return known;
    }
    Optional<Node> parent = quota.parent().map(id -> node(parent(quota, id, given), given, nodes));
    Node node = new Node(quota, parent);
    nodes.put(quota.id(), node);
    return node;
  }

  private static Quota parent(Quota quota, String id, Map<String, Quota> given) {
    Quota parent = given.get(id);
    if (parent == null || !parent.scope().contains(quota.scope()) || !parent.countsLike(quota)) {
      throw new IllegalArgumentException(
          "parent: " + id + " of quota " + quota.id() + " (expected: a quota of a wider scope with the same unit, calendar, time zone and reset day)");
    }
    return parent;
  }

  /** Whether there is no quota at all. */
  public boolean isEmpty() {
    return byId.isEmpty();
  }

  /** Every quota, parents before children. */
  public List<Quota> quotas() {
    return byId.values().stream().map(node -> node.quota).toList();
  }

  /** Whether any quota is for one of {@code subjects}. */
  public boolean concerns(List<Subject> subjects) {
    for (Subject subject : subjects) {
      if (bySubject.containsKey(subject)) {
        return true;
      }
    }
    return false;
  }

  /** The quotas that a request of {@code subjects} draws on, each once, parents before children. */
  List<Node> applicable(List<Subject> subjects) {
    List<Node> nodes = new ArrayList<>(4);
    for (Subject subject : subjects) {
      for (Node node : bySubject.getOrDefault(subject, List.of())) {
        add(node, nodes);
      }
    }
    return nodes;
  }

  private static void add(Node node, List<Node> nodes) {
    if (!nodes.contains(node)) {
      node.parent.ifPresent(parent -> add(parent, nodes));
      nodes.add(node);
    }
  }

  Iterable<Node> nodes() {
    return byId.values();
  }
}
