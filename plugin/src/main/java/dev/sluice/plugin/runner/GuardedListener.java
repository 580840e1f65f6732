// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import java.util.function.Consumer;

/** Passes events on to a listener and keeps what it throws away from the runner. Thread-safe. */
final class GuardedListener implements RunnerListener {
  private final RunnerListener listener;
  private final QuietLog log;

  GuardedListener(RunnerListener listener, QuietLog log) {
    this.listener = listener;
    this.log = log;
  }

  @Override
  public void connectionOpened() {
    pass(RunnerListener::connectionOpened);
  }

  @Override
  public void connectionClosed() {
    pass(RunnerListener::connectionClosed);
  }

  @Override
  public void callOpened() {
    pass(RunnerListener::callOpened);
  }

  @Override
  public void replied(ReplyKind kind, long nanos) {
    pass(to -> to.replied(kind, nanos));
  }

  @Override
  public void callAbandoned() {
    pass(RunnerListener::callAbandoned);
  }

  @Override
  public void malformedFrame() {
    pass(RunnerListener::malformedFrame);
  }

  @Override
  public void filterFailed(String filterName) {
    pass(to -> to.filterFailed(filterName));
  }

  @Override
  public void deadlineReached() {
    pass(RunnerListener::deadlineReached);
  }

  @Override
  public void lateAnswer() {
    pass(RunnerListener::lateAnswer);
  }

  @Override
  public void confCount(int count) {
    pass(to -> to.confCount(count));
  }

  private void pass(Consumer<RunnerListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException | LinkageError e) {
      log.warn("event=runner_listener_failed", e.getClass().getName());
    }
  }
}
