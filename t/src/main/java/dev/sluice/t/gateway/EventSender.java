// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.config.Plugin;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code http-logger}: builds one entry a request, gathers entries, posts them and tries again. Not thread-safe; confined
 * to the worker's event loop.
 */
final class EventSender {
  private static final Logger log = LoggerFactory.getLogger(EventSender.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final EventLoop loop;
  private final Map<Plugin.HttpLogger, Buffer> buffers = new HashMap<>();
  private int pending;

  /** Entries that wait for more to come. */
  private static final class Buffer {
    private final List<Map<String, Object>> entries = new ArrayList<>();
  }

  EventSender(EventLoop loop) {
    this.loop = loop;
  }

  /** Builds the entry of a finished exchange and has it posted; beyond {@code maxPending} it is dropped. */
  void send(Plugin.HttpLogger logger, Variables variables, String routeId, int maxPending) {
    if (pending >= maxPending) {
      log.error("max pending entries limit exceeded, discarding entry");
      return;
    }
    Map<String, Object> entry = new TreeMap<>();
    logger.logFormat().forEach((key, value) -> {
      if (value.startsWith("$")) {
        variables.value(value.substring(1)).ifPresent(v -> entry.put(key, v));
      } else {
        entry.put(key, value);
      }
    });
    entry.put("route_id", routeId);
    pending++;
    Plugin.HttpLogger.Batching batching = logger.batching();
    if (batching.maxSize() == 1) {
      loop.execute(() -> post(logger, List.of(entry), 0));
      return;
    }
    Buffer buffer = buffers.computeIfAbsent(logger, key -> new Buffer());
    buffer.entries.add(entry);
    if (buffer.entries.size() == batching.maxSize()) {
      flush(logger);
    } else if (buffer.entries.size() == 1) {
      loop.schedule(() -> flushIfIdle(logger, buffer, 1), batching.inactiveTimeoutSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Posts everything that has gathered. */
  void flush() {
    new ArrayList<>(buffers.keySet()).forEach(this::flush);
  }

  private void flush(Plugin.HttpLogger logger) {
    Buffer buffer = buffers.remove(logger);
    if (buffer != null) {
      post(logger, buffer.entries, 0);
    }
  }

  /** Flushes a buffer to which nothing was added since the last look; looks again later otherwise. */
  private void flushIfIdle(Plugin.HttpLogger logger, Buffer buffer, int sizeBefore) {
    if (buffers.get(logger) != buffer) {
      return;
    }
    int sizeNow = buffer.entries.size();
    if (sizeNow == sizeBefore) {
      flush(logger);
    } else {
      loop.schedule(
          () -> flushIfIdle(logger, buffer, sizeNow), logger.batching().inactiveTimeoutSeconds(), TimeUnit.SECONDS);
    }
  }

  private void post(Plugin.HttpLogger logger, List<Map<String, Object>> batch, int retries) {
    boolean single = logger.batching().maxSize() == 1;
    byte[] body = JSON.writeValueAsString(single ? batch.getFirst() : batch).getBytes(StandardCharsets.UTF_8);
    EventPost.send(loop, logger.endpoint(), body, accepted -> {
      if (accepted) {
        pending -= batch.size();
      } else if (retries < logger.batching().maxRetryCount()) {
        loop.schedule(
            () -> post(logger, batch, retries + 1), logger.batching().retryDelaySeconds(), TimeUnit.SECONDS);
      } else {
        pending -= batch.size();
        log.error("exceeded the max_retry_count[{}] dropping {} entries", retries, batch.size());
      }
    });
  }
}
