// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import dev.sluice.routing.marketplace.Demand;
import dev.sluice.routing.marketplace.Supply;
import dev.sluice.routing.marketplace.Terms;
import dev.sluice.routing.marketplace.UsageReport;
import dev.sluice.routing.price.Price;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes the text of every call to the marketplace out of {@linkplain Field fields} that may leave. Immutable.
 *
 * <p>A value that has not its field's form is not sent: the call does not happen.
 */
public final class EgressPolicy {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int TOKENS_ROUNDED_TO = 100;

  private final Terms terms;

  /** A policy that lets the models and regions of {@code terms} out. */
  public EgressPolicy(Terms terms) {
    this.terms = terms;
  }

  /** The query that lists supplies of one model, without the question mark. */
  String supplies(String model) {
    Map<Field, String> fields = wish(model);
    var query = new StringBuilder();
    fields.forEach(
        (field, value) -> query.append(query.isEmpty() ? "" : "&").append(field.wireName()).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return query.toString();
  }

  /** The body that asks for a quote. */
  byte[] quote(String requestId, String account, Supply supply, Demand demand) {
    Map<Field, String> fields = wish(demand.model());
    put(fields, Field.REQUEST_ID, requestId);
    put(fields, Field.ACCOUNT, account);
    put(fields, Field.SUPPLY_ID, supply.id());
    put(fields, Field.ESTIMATED_INPUT_TOKENS, rounded(demand.inputTokens()));
    put(fields, Field.ESTIMATED_OUTPUT_TOKENS, rounded(demand.outputTokens()));
    put(fields, Field.EXPECTED_SECONDS, Long.toString(demand.duration().toSeconds()));
    return json(fields);
  }

  /** The body that reports a use. */
  byte[] usage(UsageReport report) {
    Map<Field, String> fields = new EnumMap<>(Field.class);
    put(fields, Field.REQUEST_ID, report.requestId());
    if (!report.quoteId().isEmpty()) {
      put(fields, Field.QUOTE_ID, report.quoteId());
    }
    put(fields, Field.SUPPLY_ID, report.supplyId());
    put(fields, Field.MODEL, report.model());
    put(fields, Field.ACCOUNT, report.account());
    put(fields, Field.INPUT_TOKENS, Long.toString(report.use().inputTokens()));
    put(fields, Field.OUTPUT_TOKENS, Long.toString(report.use().outputTokens()));
    put(fields, Field.DURATION_MS, Long.toString(report.use().durationMillis()));
    put(fields, Field.STATUS, report.status().name().toLowerCase(Locale.ROOT));
    put(fields, Field.MEASURE, report.use().reported() ? "reported" : "estimated");
    put(fields, Field.CHARGE, plain(report.charge()));
    put(fields, Field.ENDED_AT, report.endedAt().truncatedTo(ChronoUnit.SECONDS).toString());
    return json(fields);
  }

  private Map<Field, String> wish(String model) {
    Map<Field, String> fields = new EnumMap<>(Field.class);
    put(fields, Field.MODEL, model);
    Price most = terms.maxPrices().getOrDefault(model, Price.FREE);
    put(fields, Field.MAX_INPUT_PRICE, plain(most.input()));
    put(fields, Field.MAX_OUTPUT_PRICE, plain(most.output()));
    put(fields, Field.MIN_AVAILABILITY, plain(BigDecimal.valueOf(terms.minAvailability())));
    var regions = terms.residency().isEmpty() ? terms.regions() : terms.residency();
    if (!regions.isEmpty()) {
      put(fields, Field.REGIONS, String.join(",", new TreeSet<>(regions)));
    }
    return fields;
  }

  private void put(Map<Field, String> fields, Field field, String value) {
    boolean configured = field != Field.MODEL || terms.maxPrices().containsKey(value);
    if (!configured || !field.allows(value)) {
      throw new EgressException(field);
    }
    fields.put(field, value);
  }

  private static String rounded(long tokens) {
    return Long.toString((tokens + TOKENS_ROUNDED_TO - 1) / TOKENS_ROUNDED_TO * TOKENS_ROUNDED_TO);
  }

  private static String plain(BigDecimal amount) {
    return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
  }

  /** All values are text: decimal money and exact counts survive every reader. */
  private static byte[] json(Map<Field, String> fields) {
    var bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      fields.forEach((field, value) -> json.writeStringProperty(field.wireName(), value));
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
