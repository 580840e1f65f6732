// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import dev.sluice.scheduler.SchedulerSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.BucketSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.LaneSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The pools' state as JSON; a limit that is not set is absent. */
final class PoolsJson {
  private static final JsonFactory JSON = new JsonFactory();

  private PoolsJson() {}

  static byte[] of(SchedulerSnapshot snapshot) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject().writeArrayPropertyStart("pools");
      for (PoolSnapshot pool : snapshot.pools()) {
        pool(json, pool);
      }
      json.writeEndArray().writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void pool(JsonGenerator json, PoolSnapshot pool) {
    json.writeStartObject();
    json.writeStringProperty("model", pool.model());
    json.writeNumberProperty("waiting", pool.waiting());
    json.writeNumberProperty("waiting_bytes", pool.waitingBytes());
    json.writeArrayPropertyStart("lanes");
    int index = 0;
    for (LaneSnapshot lane : pool.lanes()) {
      lane(json, index++, lane);
    }
    json.writeEndArray().writeArrayPropertyStart("providers");
    for (AccountSnapshot account : pool.accounts()) {
      account(json, account);
    }
    json.writeEndArray().writeArrayPropertyStart("buckets");
    for (BucketSnapshot bucket : pool.buckets()) {
      json.writeStartObject();
      json.writeNumberProperty("tokens_per_second", bucket.tokensPerSecond());
      json.writeNumberProperty("available_tokens", bucket.availableTokens());
      json.writeNumberProperty("upgraded", bucket.upgraded());
      json.writeEndObject();
    }
    json.writeEndArray();
    totals(json, pool);
    json.writeEndObject();
  }

  private static void lane(JsonGenerator json, int index, LaneSnapshot lane) {
    json.writeStartObject();
    json.writeNumberProperty("lane", index);
    json.writeNumberProperty("waiting", lane.waiting());
    json.writeNumberProperty("waiting_bytes", lane.waitingBytes());
    json.writeNumberProperty("oldest_wait_ms", lane.oldestWaitNanos() / 1_000_000);
    json.writeNumberProperty("dispatched_requests", lane.dispatchedRequests());
    json.writeNumberProperty("dispatched_tokens", lane.dispatchedTokens());
    json.writeEndObject();
  }

  private static void account(JsonGenerator json, AccountSnapshot account) {
    json.writeStartObject();
    json.writeStringProperty("provider", account.provider());
    json.writeNumberProperty("in_flight", account.inFlight());
    if (account.limits().maxConcurrent() != Integer.MAX_VALUE) {
      json.writeNumberProperty("max_concurrent", account.limits().maxConcurrent());
      json.writeNumberProperty("places_now", account.places());
    }
    if (account.limits().tokensPerSecond() != Long.MAX_VALUE) {
      json.writeNumberProperty("available_tokens", account.availableTokens());
      json.writeNumberProperty("tokens_per_second", account.limits().tokensPerSecond());
      json.writeNumberProperty("tokens_per_second_now", account.headroom().tokensPerSecond());
    }
    json.writeEndObject();
  }

  private static void totals(JsonGenerator json, PoolSnapshot pool) {
    json.writeObjectPropertyStart("requests");
    json.writeNumberProperty("submitted", pool.requests().submitted());
    json.writeNumberProperty("admitted", pool.requests().admitted());
    json.writeNumberProperty("rejected", pool.requests().rejected());
    json.writeNumberProperty("evicted", pool.requests().evicted());
    json.writeEndObject().writeObjectPropertyStart("leases");
    json.writeNumberProperty("open", pool.leases().open());
    json.writeNumberProperty("settled", pool.leases().settled());
    json.writeNumberProperty("cancelled", pool.leases().cancelled());
    json.writeNumberProperty("expired", pool.leases().expired());
    json.writeNumberProperty("late_ends", pool.leases().lateEnds());
    json.writeEndObject().writeObjectPropertyStart("tokens");
    json.writeNumberProperty("granted", pool.tokens().granted());
    json.writeNumberProperty("settled", pool.tokens().settled());
    json.writeNumberProperty("refunded", pool.tokens().refunded());
    json.writeNumberProperty("held", pool.tokens().held());
    json.writeNumberProperty("expired", pool.tokens().expired());
    json.writeNumberProperty("overrun", pool.tokens().overrun());
    json.writeEndObject();
  }
}
