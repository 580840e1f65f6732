// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * What the filters make of a request: the SDK's response, plus what the protocol can carry beyond it. Thread-safe.
 *
 * <p>Setters are of two kinds, as in the SDK. Those about the request (headers, arguments, path, body) and {@link
 * #addResponseHeader} change a request that goes on. Those about a response (status, headers, body) stop it. A stop is
 * final: from the first setter of the second kind on, those of the first kind do nothing.
 */
public final class RunnerResponse extends HttpResponse {
  private static final int DEFAULT_STATUS = 200;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Draft draft = new Draft();

  private volatile @Nullable Thread stopper;

  RunnerResponse(long requestId) {
    super(requestId);
  }

  /** Sets a request header in place of all of that name; a null value deletes it. */
  @Override
  public void setReqHeader(String headerKey, @Nullable String headerValue) {
    goingOn(d -> d.requestHeaders.set(headerKey, headerValue, true));
  }

  /** As {@link #setReqHeader}. */
  public void setRequestHeader(String name, String value) {
    setReqHeader(name, value);
  }

  /** Deletes a request header. */
  public void removeRequestHeader(String name) {
    setReqHeader(name, null);
  }

  /** Replaces the request's body; the gateway puts its length right, and can't be given an empty one. */
  public void setRequestBody(byte[] body) {
    goingOn(d -> d.requestBody = Optional.of(Bytes.of(body)));
  }

  /**
   * Adds a header to the response that the client gets if the request goes on. A name may repeat. The gateway sets no header
   * that describes or frames the upstream's body, such as {@code content-type}.
   */
  public void addResponseHeader(String name, String value) {
    goingOn(d -> d.responseHeaders.add(name, value));
  }

  /** Sets a query argument in place of all of that name; a null value deletes it. */
  @Override
  public void setArg(String argKey, @Nullable String argValue) {
    goingOn(d -> d.arguments.set(argKey, argValue, false));
  }

  /** Adds a query argument beside others of that name set here. */
  public void addArgument(String name, String value) {
    goingOn(d -> d.arguments.add(name, value));
  }

  @Override
  public void setPath(String path) {
    goingOn(d -> d.path = Optional.of(path));
  }

  /** Stops the request and sets a header of the answer, in place of all of that name. */
  @Override
  public void setHeader(String headerKey, @Nullable String headerValue) {
    stopping(d -> d.responseHeaders.set(headerKey, headerValue, true));
  }

  /** Stops the request and adds a header to the answer; a name may repeat. */
  public void addHeader(String name, String value) {
    stopping(d -> d.responseHeaders.add(name, value));
  }

  /** Stops the request and sets the answer's body, in UTF-8. */
  @Override
  public void setBody(String body) {
    setBody(body.getBytes(StandardCharsets.UTF_8));
  }

  /** Stops the request and sets the answer's body. */
  public void setBody(byte[] body) {
    stopping(d -> d.stopBody = Bytes.of(body));
  }

  /** Stops the request and sets the answer's status, which is 200 otherwise. */
  @Override
  public void setStatusCode(int statusCode) {
    stopping(d -> d.stopStatus = statusCode);
  }

  /**
   * Stops the request with this answer, whole; an answer begun before is replaced.
   *
   * @param status 100 to 999
   */
  public void stop(int status, List<Map.Entry<String, String>> headers, byte[] body) {
    stopping(
        d -> {
          d.stopStatus = status;
          d.stopBody = Bytes.of(body);
          d.responseHeaders.clear();
          headers.forEach(header -> d.responseHeaders.add(header.getKey(), header.getValue()));
        });
  }

  /** Whether a setter has stopped the request. */
  public boolean stopped() {
    return stopper != null;
  }

  /** Whether it was this thread that first stopped the request. */
  boolean stoppedBy(Thread thread) {
    return stopper == thread;
  }

  /** What the settings come to. */
  Verdict verdict() {
    lock.lock();
    try {
      return stopped() ? draft.stop() : draft.goOn();
    } finally {
      lock.unlock();
    }
  }

  private void goingOn(Consumer<Draft> change) {
    lock.lock();
    try {
      if (!stopped()) {
        change.accept(draft);
      }
    } finally {
      lock.unlock();
    }
  }

  private void stopping(Consumer<Draft> change) {
    lock.lock();
    try {
      if (!stopped()) {
        stopper = Thread.currentThread();
        draft.responseHeaders.clear(); // what was meant for an admitted request's response
      }
      change.accept(draft);
    } finally {
      lock.unlock();
    }
  }

  /** What the setters have said. Not thread-safe; confined to its response's lock. */
  private static final class Draft {
    private final FieldList requestHeaders = new FieldList();
    private final FieldList arguments = new FieldList();
    private final FieldList responseHeaders = new FieldList();
    private Optional<String> path = Optional.empty();
    private Optional<Bytes> requestBody = Optional.empty();
    private int stopStatus = DEFAULT_STATUS;
    private Bytes stopBody = Bytes.empty();

    Verdict stop() {
      return new Verdict.Stop(stopStatus, responseHeaders.present(), stopBody);
    }

    Verdict goOn() {
      boolean changed =
          path.isPresent()
              || requestBody.isPresent()
              || !requestHeaders.isEmpty()
              || !arguments.isEmpty()
              || !responseHeaders.isEmpty();
      return changed
          ? new Verdict.Rewrite(path, requestHeaders.all(), arguments.all(), responseHeaders.present(), requestBody)
          : new Verdict.Continue();
    }
  }
}
