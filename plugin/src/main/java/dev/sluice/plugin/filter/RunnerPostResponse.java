// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.plugin.protocol.A6Reply;
import dev.sluice.plugin.protocol.Bytes;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.PostResponse;
import org.jspecify.annotations.Nullable;

/**
 * What the filters make of an upstream's response: the SDK's post response, plus repeated headers and bodies of bytes.
 * Thread-safe. What nobody sets stays as the upstream sent it.
 */
public final class RunnerPostResponse extends PostResponse {
  private final long requestId;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Draft draft = new Draft();

  private volatile @Nullable Thread setter;

  RunnerPostResponse(long requestId) {
    super(requestId);
    this.requestId = requestId;
  }

  /** Sets a header in place of all of that name set here. If any is set, they replace all of the upstream's. */
  @Override
  public void setHeader(String headerKey, @Nullable String headerValue) {
    set(d -> d.headers.set(headerKey, headerValue, true));
  }

  /** Adds a header beside others of that name set here. */
  public void addHeader(String name, String value) {
    set(d -> d.headers.add(name, value));
  }

  @Override
  public void setBody(String body) {
    set(
        d -> {
          d.text = Optional.of(body);
          d.bytes = Optional.empty();
        });
  }

  /** Sets the body; the gateway can't be given an empty one. */
  public void setBody(byte[] body) {
    set(
        d -> {
          d.bytes = Optional.of(Bytes.of(body));
          d.text = Optional.empty();
        });
  }

  @Override
  public void setStatusCode(int statusCode) {
    set(d -> d.status = OptionalInt.of(statusCode));
  }

  /** The charset of a body set as a string, before or after. */
  @Override
  public void setCharset(Charset charset) {
    set(d -> d.charset = charset);
  }

  /** Whether this thread was the last to set something. */
  boolean setBy(Thread thread) {
    return setter == thread;
  }

  A6Reply.RespReply reply() {
    lock.lock();
    try {
      return new A6Reply.RespReply(requestId, draft.status, draft.headers.present(), draft.body());
    } finally {
      lock.unlock();
    }
  }

  private void set(Consumer<Draft> change) {
    lock.lock();
    try {
      setter = Thread.currentThread();
      change.accept(draft);
    } finally {
      lock.unlock();
    }
  }

  /** What the setters have said. Not thread-safe; confined to its response's lock. */
  private static final class Draft {
    private final FieldList headers = new FieldList();
    private OptionalInt status = OptionalInt.empty();
    private Optional<Bytes> bytes = Optional.empty();
    private Optional<String> text = Optional.empty();
    private Charset charset = StandardCharsets.UTF_8;

    Optional<Bytes> body() {
      return text.map(string -> Bytes.of(string.getBytes(charset))).or(() -> bytes).filter(b -> b.length() > 0);
    }
  }
}
