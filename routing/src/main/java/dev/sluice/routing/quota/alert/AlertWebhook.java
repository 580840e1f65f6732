// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota.alert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.routing.http.HttpCaller;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaAlert;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Posts alerts as JSON to their quotas' webhooks, one after the other on a virtual thread of its own. Thread-safe; {@link #send} never blocks.
 *
 * <p>Without a webhook nothing is sent. Redirects are not followed: the address that was configured is the only one that is called.
 */
public final class AlertWebhook implements AutoCloseable {
  private static final JsonFactory FACTORY = new JsonFactory();

  /**
   * Bounds. Immutable.
   *
   * @param deadline of one attempt
   * @param attempts for one alert
   * @param pause before the second attempt; it doubles with each further one
   * @param queue alerts that wait at most; further ones are dropped
   */
  public record Bounds(Duration deadline, int attempts, Duration pause, int queue) {
    public static final Bounds DEFAULT = new Bounds(Duration.ofSeconds(5), 4, Duration.ofSeconds(1), 1000);
  }

  private final Optional<URI> usual;
  private final Bounds bounds;
  private final AlertListener listener;
  private final Thread thread;

  private final HttpCaller caller;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<Alert> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean closed;

  /** A running sender; {@code usual} is told of quotas that name no webhook. */
  public AlertWebhook(Optional<URI> usual, Bounds bounds, AlertListener listener) {
    this.usual = usual.map(QuotaAlert::checked);
    this.bounds = bounds;
    this.listener = listener;
    this.caller = HttpCaller.usual(bounds.deadline());
    this.thread = Thread.ofVirtual().name("sluice-alert").unstarted(this::run);
    thread.start();
  }

  /** Takes an alert in. */
  public void send(Alert alert) {
    if (address(alert).isEmpty()) {
      return;
    }
    boolean taken;
    lock.lock();
    try {
      taken = waiting.size() < bounds.queue();
      if (taken) {
        waiting.addLast(alert);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    if (!taken) {
      listener.undelivered();
    }
  }

  private Optional<URI> address(Alert alert) {
    return alert.quota().alert().webhook().or(() -> usual);
  }

  private void run() {
    try {
      while (true) {
        Optional<Alert> alert = next();
        if (alert.isEmpty()) {
          return;
        }
        if (delivered(alert.get(), address(alert.get()).orElseThrow())) {
          listener.delivered();
        } else {
          listener.undelivered();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Alert> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      return closed ? Optional.empty() : Optional.of(waiting.removeFirst());
    } finally {
      lock.unlock();
    }
  }

  private boolean delivered(Alert alert, URI address) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body(alert)));
    Duration pause = bounds.pause();
    for (int attempt = 1; attempt <= bounds.attempts(); attempt++) {
      int status = status(request);
      if (status >= 200 && status < 300) {
        return true;
      }
      if (status < 500 && status != 429 && status != 408) {
        return false;
      }
      if (attempt == bounds.attempts() || !paused(pause)) {
        return false;
      }
      pause = pause.multipliedBy(2);
    }
    return false;
  }

  /** The answer's status; 503 where there is none. */
  private int status(HttpRequest.Builder request) throws InterruptedException {
    return caller.call(request, bounds.deadline(), status -> 0) instanceof HttpCaller.Outcome.Answered answered ? answered.status() : 503;
  }

  /** Waits; false if the sender was closed meanwhile. */
  private boolean paused(Duration pause) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = pause.toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private static byte[] body(Alert alert) {
    Quota quota = alert.quota();
    var body = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeStringProperty("event", "quota_alert");
      json.writeStringProperty("quota", quota.id());
      json.writeStringProperty("scope", lower(quota.scope()));
      json.writeStringProperty("subject", quota.subject());
      json.writeStringProperty("kind", lower(quota.kind()));
      json.writeStringProperty("unit", lower(quota.unit()));
      json.writeNumberProperty("percent", alert.percent());
      json.writeNumberProperty("amount", quota.amount());
      json.writeNumberProperty("used", quota.unit().amount(alert.used()));
      json.writeStringProperty("window_start", alert.span().start().toString());
      json.writeStringProperty("window_end", alert.span().end().toString());
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Ends; alerts that wait are dropped. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    caller.close();
  }
}
