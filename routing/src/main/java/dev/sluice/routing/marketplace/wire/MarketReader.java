// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import dev.sluice.routing.marketplace.Quote;
import dev.sluice.routing.marketplace.Supply;
import dev.sluice.routing.price.Price;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what the marketplace answers, and takes none of it on trust. Immutable. */
final class MarketReader {
  private static final int MAX_SUPPLIES = 1_000;
  private static final int MAX_TOKEN_CHARS = 4_096;
  private static final long MAX_SECONDS = 24 * 3_600;
  private static final long MAX_COUNT = 1_000_000_000_000L;
  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).maxStringLength(8_192).maxNumberLength(40).maxNameLength(256).build())
              .build());

  private MarketReader() {}

  /** A list, and how many of its entries were no supplies. Immutable. */
  record Listed(List<Supply> supplies, int malformed) {}

  /**
   * Reads {@code {"supplies": […]}}; entries that are at fault are left out.
   *
   * @throws MalformedReplyException if the whole is no such object
   */
  static Listed supplies(String body) throws MalformedReplyException {
    JsonNode list = object(body).path("supplies");
    if (!list.isArray() || list.size() > MAX_SUPPLIES) {
      throw new MalformedReplyException();
    }
    List<Supply> supplies = new ArrayList<>();
    int malformed = 0;
    for (JsonNode item : list) {
      try {
        supplies.add(supply(item));
      } catch (MalformedReplyException | IllegalArgumentException e) {
        malformed++;
      }
    }
    return new Listed(supplies, malformed);
  }

  /**
   * Reads the answer to a call for a quote of {@code supply}.
   *
   * @param askedNanos when it was asked for
   * @throws MalformedReplyException if it is not one
   */
  static Quote quote(String body, Supply supply, long askedNanos) throws MalformedReplyException {
    JsonNode json = object(body);
    try {
      return new Quote(echo(json, "quote_id"), supply, offer(json), askedNanos);
    } catch (IllegalArgumentException e) {
      throw new MalformedReplyException();
    }
  }

  private static JsonNode object(String body) throws MalformedReplyException {
    try {
      JsonNode json = MAPPER.readTree(body);
      if (json.isObject()) {
        return json;
      }
    } catch (JacksonException e) {
      // Its message may quote the body.
    }
    throw new MalformedReplyException();
  }

  private static Supply supply(JsonNode json) throws MalformedReplyException {
    Supply.Quality quality =
        new Supply.Quality(
            count(json, "p99_latency_ms"),
            count(json, "throughput_tps"),
            decimal(json, "availability").doubleValue(),
            json.has("load") ? decimal(json, "load").doubleValue() : 0,
            count(json, "max_context_tokens"));
    Optional<Quote.Offer> standing = json.has("standing_offer") ? Optional.of(offer(json.path("standing_offer"))) : Optional.empty();
    return new Supply(
        echo(json, "supply_id"), text(json, "endpoint", "[!-~]{1,512}"), text(json, "model", "[!-~]{1,256}"), text(json, "region", "[A-Za-z0-9._-]{1,64}"), price(json), quality, standing);
  }

  private static Quote.Offer offer(JsonNode json) throws MalformedReplyException {
    return new Quote.Offer(
        new Quote.Token(text(json, "signed_token", "[A-Za-z0-9._~+/=-]{1," + MAX_TOKEN_CHARS + "}")),
        price(json),
        seconds(json, "start_within_sec"),
        seconds(json, "exec_timeout_sec"));
  }

  private static Price price(JsonNode json) throws MalformedReplyException {
    JsonNode price = json.path("price_per_mtoken");
    BigDecimal input = decimal(price, "input");
    return new Price(input, price.has("cached_input") ? decimal(price, "cached_input") : input, decimal(price, "output"));
  }

  private static Duration seconds(JsonNode json, String name) throws MalformedReplyException {
    long seconds = count(json, name);
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw new MalformedReplyException();
    }
    return Duration.ofSeconds(seconds);
  }

  private static long count(JsonNode json, String name) throws MalformedReplyException {
    BigDecimal value = decimal(json, name);
    if (value.signum() < 0 || value.compareTo(BigDecimal.valueOf(MAX_COUNT)) > 0) {
      throw new MalformedReplyException();
    }
    return value.longValue();
  }

  /** A number, or text of one, as money is written. */
  private static BigDecimal decimal(JsonNode json, String name) throws MalformedReplyException {
    JsonNode value = json.path(name);
    String text = value.isNumber() || value.isString() ? value.asString("") : "";
    if (!text.matches("[0-9]{1,13}(\\.[0-9]{1,20})?")) {
      throw new MalformedReplyException();
    }
    return new BigDecimal(text);
  }

  private static String echo(JsonNode json, String name) throws MalformedReplyException {
    String id = text(json, name, "[!-~]+");
    if (!Field.echoes(id)) {
      throw new MalformedReplyException();
    }
    return id;
  }

  private static String text(JsonNode json, String name, String regex) throws MalformedReplyException {
    JsonNode value = json.path(name);
    if (!value.isString() || !value.stringValue().matches(regex)) {
      throw new MalformedReplyException();
    }
    return value.stringValue();
  }
}
