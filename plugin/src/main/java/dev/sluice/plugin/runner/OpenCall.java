// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.filter.CallPort;
import dev.sluice.plugin.protocol.A6Reply;
import dev.sluice.plugin.protocol.A6Reply.ExtraInfoQuery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call between its frame and its outcome: decided, failed, past its deadline, or abandoned by the gateway.
 *
 * <p>Thread-safe. The first outcome wins, on whatever thread it comes about; everything after it is counted and dropped. The
 * outcome is then carried out on the connection's event loop, to which the questions and the undelivered tasks are confined.
 */
final class OpenCall extends DeadlineQueue.Node implements CallPort {
  /** What differs between a request and a response. */
  interface Subject {
    /** The reply that the filters' settings come to; may fail. */
    A6Reply decision();

    /** Whether the filters have stopped the call. */
    boolean stopped();

    /** The refusal of the call. */
    A6Reply refusal(Failure failure);
  }

  /** A question of a filter to the gateway. */
  record Question(ExtraInfoQuery query, long maxBytes, Consumer<Answer> consumer) {}

  private final Exchange exchange;
  private final RunnerScope scope;
  private final long receivedNanos;
  private final AtomicBoolean over = new AtomicBoolean();
  private @Nullable Subject subject;

  // confined to the event loop
  private final Deque<Question> questions = new ArrayDeque<>(2);
  private List<Runnable> undelivered = List.of();
  private boolean asking;
  private boolean lost;
  private boolean delivered;

  OpenCall(Exchange exchange, RunnerScope scope, long receivedNanos) {
    this.exchange = exchange;
    this.scope = scope;
    this.receivedNanos = receivedNanos;
  }

  /** Says what the call is about; before anything can decide it. */
  void about(Subject subject) {
    this.subject = subject;
  }

  @Override
  public long receivedNanos() {
    return receivedNanos;
  }

  @Override
  long startedNanos() {
    return receivedNanos;
  }

  @Override
  public void execute(Runnable task) {
    exchange.execute(() -> guarded(task));
  }

  @Override
  public void executeBlocking(Runnable task) {
    scope.blocking().execute(task);
  }

  @Override
  public void ask(ExtraInfoQuery query, long maxBytes, Consumer<Answer> consumer) {
    exchange.execute(
        () -> {
          if (!over()) {
            questions.add(new Question(query, maxBytes, consumer));
            askNext();
          }
        });
  }

  @Override
  public void onUndelivered(Runnable task) {
    exchange.execute(
        () -> {
          if (lost) {
            guarded(task);
          } else if (!delivered) {
            if (undelivered.isEmpty()) {
              undelivered = new ArrayList<>(1);
            }
            undelivered.add(task);
          }
        });
  }

  @Override
  public boolean over() {
    return over.get();
  }

  @Override
  public void decided() {
    if (takeOutcome()) {
      exchange.execute(() -> exchange.decided(this, about()));
    }
  }

  @Override
  public void failed(String filterName, Throwable cause) {
    scope.listener().filterFailed(filterName);
    // Of a filter's exception the type alone is logged: its message may quote what must not be.
    scope.log().warn("event=filter_failed", filterName + ": " + cause.getClass().getName());
    if (takeOutcome()) {
      exchange.execute(() -> exchange.refused(this, about().refusal(Failure.FILTER_FAILED)));
    }
  }

  @Override
  public void repeatIgnored() {
    scope.listener().lateAnswer();
  }

  /** No filter has decided in time. A stop that one set without saying it was done is better than a general refusal. */
  @Override
  void expired() {
    if (over.compareAndSet(false, true)) {
      scope.listener().deadlineReached();
      if (about().stopped()) {
        exchange.decided(this, about());
      } else {
        exchange.refused(this, about().refusal(Failure.DEADLINE));
      }
    }
  }

  /** Refuses the call, unless it has its outcome. On the event loop. */
  void refuse(Failure failure) {
    if (over.compareAndSet(false, true)) {
      exchange.refused(this, about().refusal(failure));
    }
  }

  /** The gateway left; an outcome on its way finds the connection closed. */
  void abandoned() {
    over.set(true);
    lost();
  }

  /** What the filters decided has reached the gateway. */
  void delivered() {
    delivered = true;
    undelivered = List.of();
  }

  /** What the filters decide does not reach the gateway. */
  void lost() {
    if (lost || delivered) {
      return;
    }
    lost = true;
    questions.clear();
    List<Runnable> tasks = undelivered;
    undelivered = List.of();
    tasks.forEach(this::guarded);
  }

  /** The question that the gateway has not answered, if any. */
  @Nullable Question asked() {
    return asking ? questions.peekFirst() : null;
  }

  /** The gateway has answered the question. */
  void answered(Answer answer) {
    asking = false;
    Question question = questions.pollFirst();
    if (question == null || over()) {
      return;
    }
    guarded(() -> question.consumer().accept(answer));
    askNext();
  }

  private void askNext() {
    Question next = questions.peekFirst();
    if (!asking && next != null && !over()) {
      asking = true;
      exchange.ask(this, next.query());
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      failed("a filter's task", e);
    }
  }

  private boolean takeOutcome() {
    if (over.compareAndSet(false, true)) {
      return true;
    }
    scope.listener().lateAnswer();
    return false;
  }

  private Subject about() {
    Subject known = subject;
    if (known == null) {
      throw new IllegalStateException("subject: none (expected: one before the call starts)");
    }
    return known;
  }
}
