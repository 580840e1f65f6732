// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Counts what the provider really did. Not thread-safe; confined to the provider's event loop. */
final class SimTruth {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int MAX_SECONDS = 3600;
  private static final int MAX_REQUESTS = 1000;

  private final List<Long> tokensBySecond = new ArrayList<>();
  private final Deque<SeenRequest> seen = new ArrayDeque<>();
  private long originNanos;
  private int inFlight;
  private int maxInFlight;
  private long accepted;
  private long completed;
  private long aborted;
  private long scripted;
  private long unauthorized;
  private long refused;
  private long promptTokens;
  private long outputTokens;
  private long reportedTokens;

  SimTruth(long nowNanos) {
    originNanos = nowNanos;
  }

  /** Forgets everything but what is in flight. */
  void reset(long nowNanos) {
    originNanos = nowNanos;
    maxInFlight = inFlight;
    accepted = 0;
    completed = 0;
    aborted = 0;
    scripted = 0;
    unauthorized = 0;
    refused = 0;
    promptTokens = 0;
    outputTokens = 0;
    reportedTokens = 0;
    tokensBySecond.clear();
    seen.clear();
  }

  void saw(SeenRequest request) {
    if (seen.size() == MAX_REQUESTS) {
      seen.removeFirst();
    }
    seen.addLast(request);
  }

  List<SeenRequest> requests() {
    return List.copyOf(seen);
  }

  void unauthorized() {
    unauthorized++;
  }

  /** A request that is longer than the context, or no conversation. */
  void refused() {
    refused++;
  }

  void scripted() {
    scripted++;
  }

  void begun() {
    accepted++;
    inFlight++;
    maxInFlight = Math.max(maxInFlight, inFlight);
  }

  void completed(long tokens) {
    inFlight--;
    completed++;
    reportedTokens += tokens;
  }

  void aborted() {
    inFlight--;
    aborted++;
  }

  /** A generation that a script ended. */
  void cutOff() {
    inFlight--;
  }

  void promptRead(long tokens, long atNanos) {
    promptTokens += tokens;
    count(tokens, atNanos);
  }

  void produced(long atNanos) {
    outputTokens++;
    count(1, atNanos);
  }

  private void count(long tokens, long atNanos) {
    int second = (int) Math.max(0, (atNanos - originNanos) / SECOND_NANOS);
    if (second < MAX_SECONDS) {
      while (tokensBySecond.size() <= second) {
        tokensBySecond.add(0L);
      }
      tokensBySecond.set(second, tokensBySecond.get(second) + tokens);
    }
  }

  SimState state(BatchEngine engine) {
    return new SimState(
        inFlight, maxInFlight, engine.running(), engine.queued(), accepted, completed, aborted, scripted, unauthorized, refused,
        promptTokens, outputTokens, reportedTokens, tokensBySecond);
  }
}
