// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.quota.QuotaTree.Node;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The quotas of one process. Thread-safe: one lock, held for a few map look-ups; listeners hear after it is released.
 *
 * <p>Windows follow the wall clock, the life of reservations the monotonic one. The tallies of the latest windows of each quota are kept, so a
 * clock that is set back finds the use of the window it returns to.
 */
public final class QuotaBook implements QuotaDesk {
  /** Tallies kept for a quota: the current one, and those a clock that is wrong for a while may return to. */
  private static final int WINDOWS = 5;

  private final InstantSource wall;
  private final Ticker ticker;
  private final long ttlNanos;
  private final QuotaListener listener;
  private final Allotment allotment;
  private volatile QuotaTree tree;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<String, Deque<Tally>> tallies = new HashMap<>();

  /** Open reservations, the oldest first. */
  @GuardedBy("lock")
  private final LinkedHashSet<Held> open = new LinkedHashSet<>();

  /** A book in which nothing was used yet; {@code ttl} is the life of a reservation that nobody ends. */
  public QuotaBook(QuotaTree tree, InstantSource wall, Ticker ticker, Duration ttl, QuotaListener listener) {
    this(tree, wall, ticker, ttl, listener, Allotment.WHOLE);
  }

  QuotaBook(QuotaTree tree, InstantSource wall, Ticker ticker, Duration ttl, QuotaListener listener, Allotment allotment) {
    this.tree = tree;
    this.wall = wall;
    this.ticker = ticker;
    this.ttlNanos = ttl.toNanos();
    this.listener = listener;
    this.allotment = allotment;
  }

  /** What is held of one quota. */
  private record Line(Quota quota, Tally tally, long units) {}

  /** How full a quota was right after a change. */
  private record Level(Quota quota, QuotaWindow.Span span, long used) {}

  @Override
  public boolean concerns(Entitlement entitlement) {
    QuotaTree now = tree;
    return !now.isEmpty() && now.concerns(QuotaClaim.subjects(entitlement));
  }

  @Override
  public void reserve(QuotaClaim claim, Consumer<QuotaOutcome> outcome) {
    outcome.accept(reserve(claim));
  }

  /** Reserves the claim's cost in every quota that applies, or in none. */
  public QuotaOutcome reserve(QuotaClaim claim) {
    Instant now = wall.instant();
    List<Level> levels = List.of();
    QuotaOutcome outcome;
    lock.lock();
    try {
      giveBackOverdueLocked();
      List<Line> lines = linesLocked(claim, now);
      Optional<Line> full = fullLocked(lines, claim);
      if (full.isPresent()) {
        QuotaWindow.Span span = full.get().tally.span;
        outcome = new QuotaOutcome.Exhausted(full.get().quota, span.end(), QuotaWindow.left(span, now));
      } else {
        lines.forEach(line -> line.tally.add(line.units));
        levels = levels(lines);
        Held held = new Held(lines, ticker.read());
        open.add(held);
        outcome = new QuotaOutcome.Reserved(held);
      }
    } finally {
      lock.unlock();
    }
    tell(levels);
    return outcome;
  }

  @GuardedBy("lock")
  private List<Line> linesLocked(QuotaClaim claim, Instant now) {
    List<Node> nodes = tree.applicable(claim.subjects());
    List<Line> lines = new ArrayList<>(nodes.size());
    for (Node node : nodes) {
      lines.add(new Line(node.quota, tallyLocked(node, now), claim.cost().of(node.quota.unit())));
    }
    return lines;
  }

  /** Of the quotas without room the one whose window ends last. */
  @GuardedBy("lock")
  private Optional<Line> fullLocked(List<Line> lines, QuotaClaim claim) {
    Map<Tally, Long> within = new HashMap<>();
    for (Line line : lines) {
      line.tally.parent().ifPresent(parent -> within.merge(parent, line.tally.within(line.units), Long::sum));
    }
    Optional<Line> full = Optional.empty();
    for (Line line : lines) {
      Tally tally = line.tally;
      long after = tally.fullAfter(line.units, within.getOrDefault(tally, 0L));
      boolean over = after > claim.limit(line.quota, tally.limit()) && after > tally.full();
      if (over && full.filter(other -> !other.tally.span.end().isBefore(tally.span.end())).isEmpty()) {
        full = Optional.of(line);
      }
    }
    return full;
  }

  /** The tally of the window of {@code now}; a new one if that has just begun. */
  @GuardedBy("lock")
  private Tally tallyLocked(Node node, Instant now) {
    Deque<Tally> known = tallies.computeIfAbsent(node.quota.id(), id -> new ArrayDeque<>(WINDOWS));
    for (Tally tally : known) {
      if (tally.span.contains(now)) {
        return tally;
      }
    }
    Optional<Tally> parent = Optional.empty();
    if (node.parent.isPresent()) {
      parent = Optional.of(tallyLocked(node.parent.get(), now));
    }
    Tally fresh = new Tally(node.quota.window().at(now), parent);
    termsLocked(node, fresh);
    known.addFirst(fresh);
    if (known.size() > WINDOWS) {
      known.removeLast();
    }
    return fresh;
  }

  @GuardedBy("lock")
  private void termsLocked(Node node, Tally tally) {
    QuotaWindow.Span span = tally.span;
    tally.terms(allotment.limit(node, span), allotment.kept(node, span), allotment.reserve(node, span));
  }

  @GuardedBy("lock")
  private void giveBackOverdueLocked() {
    long now = ticker.read();
    Iterator<Held> oldest = open.iterator();
    while (oldest.hasNext()) {
      Held held = oldest.next();
      if (now - held.sinceNanos < ttlNanos) {
        return;
      }
      oldest.remove();
      held.lines.forEach(line -> line.tally.add(-line.units));
    }
  }

  @Override
  public void reload(QuotaTree next) {
    lock.lock();
    try {
      Map<String, Quota> before = new HashMap<>();
      tree.quotas().forEach(quota -> before.put(quota.id(), quota));
      Map<String, Deque<Tally>> old = new HashMap<>(tallies);
      tallies.clear();
      // Parents come before children, so that a moved tally finds the one it now contributes to.
      for (Node node : next.nodes()) {
        Quota was = before.get(node.quota.id());
        if (was != null && was.countsLike(node.quota)) {
          moveLocked(node, old.getOrDefault(node.quota.id(), new ArrayDeque<>()));
        }
      }
      tree = next;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void moveLocked(Node node, Deque<Tally> known) {
    for (Tally tally : known) {
      Optional<Tally> parent = Optional.empty();
      if (node.parent.isPresent()) {
        parent = Optional.of(tallyLocked(node.parent.get(), tally.span.start()));
      }
      tally.parent(parent);
      termsLocked(node, tally);
    }
    tallies.put(node.quota.id(), known);
  }

  /** What is used of {@code quota} in the window of this moment, open reservations included; 0 if it is not known. */
  public long used(String quota) {
    Instant now = wall.instant();
    lock.lock();
    try {
      giveBackOverdueLocked();
      for (Tally tally : tallies.getOrDefault(quota, new ArrayDeque<>())) {
        if (tally.span.contains(now)) {
          return tally.used();
        }
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** Reservations that nobody has ended yet. */
  public int open() {
    lock.lock();
    try {
      giveBackOverdueLocked();
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  private static List<Level> levels(List<Line> lines) {
    List<Level> levels = new ArrayList<>(lines.size());
    lines.forEach(line -> levels.add(new Level(line.quota, line.tally.span, line.tally.used())));
    return levels;
  }

  private void tell(List<Level> levels) {
    levels.forEach(level -> listener.used(level.quota, level.span, level.used));
  }

  /** A reservation of this book. Thread-safe; confined to the book's lock. */
  private final class Held implements Reservation {
    private final List<Line> lines;
    private final long sinceNanos;
    private boolean ended;

    Held(List<Line> lines, long sinceNanos) {
      this.lines = lines;
      this.sinceNanos = sinceNanos;
    }

    @Override
    public boolean settle(QuotaCost actual) {
      List<Level> levels;
      lock.lock();
      try {
        if (ended) {
          return false;
        }
        ended = true;
        giveBackOverdueLocked();
        boolean held = open.remove(this);
        for (Line line : lines) {
          line.tally.add(actual.of(line.quota.unit()) - (held ? line.units : 0));
        }
        levels = levels(lines);
      } finally {
        lock.unlock();
      }
      tell(levels);
      return true;
    }
  }
}
