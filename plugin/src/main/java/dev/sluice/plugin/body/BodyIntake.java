// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.body;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.dialect.PromptReader;
import dev.sluice.plugin.dialect.ReadResult;
import dev.sluice.plugin.filter.FetchedBody;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.header.WholeNumber;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.scheduler.Ticker;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.apisix.plugin.runner.HttpRequest;

/**
 * How bodies are asked for and read. Immutable.
 *
 * @param largeBodies runs what would hold an event loop up
 * @param maxBytes largest body that is read
 * @param ticker the clock of {@code RunnerRequest.receivedNanos}
 */
public record BodyIntake(PromptReader reader, BodyRewriter rewriter, Executor largeBodies, long maxBytes, Ticker ticker) {
  /** Bodies up to this size are parsed on the event loop: a hand-over costs more than 64 KiB of parsing. */
  private static final int INLINE_BODY_BYTES = 64 * 1024;

  /** What came of it. */
  public sealed interface Outcome {
    /** It is good. */
    record Read(Bytes body, ReadResult.Read result, long workedNanos) implements Outcome {
      /** What the filters behind are told if nothing is to change. */
      public ReadBody unchanged() {
        return new ReadBody(result.shape(), body.length(), new BodyChange.None(), workedNanos);
      }
    }

    /** It is not. */
    record Refused(Refusal refusal) implements Outcome {}
  }

  /** Whether the caller asks which models there are. */
  public static boolean asksForModels(RunnerRequest request) {
    return request.getMethod() == HttpRequest.Method.GET && request.getPath().endsWith("/models");
  }

  /** The reason to refuse without reading the body, if there is one. */
  public Optional<Refusal> check(RunnerRequest request, Dialect dialect) {
    List<String> lengths = request.headers().all("content-length");
    if (lengths.size() == 1 && longerThan(lengths.get(0), maxBytes)) {
      return Optional.of(tooLarge());
    }
    List<String> encodings = request.headers().all("content-encoding");
    boolean encoded = encodings.stream().anyMatch(encoding -> !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity"));
    if (dialect != Dialect.OPAQUE && encoded) {
      return Optional.of(Refusal.of(Reason.MALFORMED_REQUEST, "Compressed request bodies are not read. Send the JSON without Content-Encoding."));
    }
    return Optional.empty();
  }

  /** Reads the body of a request that {@link #check} has nothing against; {@code consumer} runs on the request's event loop, unless it ends first. */
  public void read(RunnerRequest request, Dialect dialect, Consumer<Outcome> consumer) {
    long workedNanos = ticker.read() - request.receivedNanos();
    request.fetchBody(
        maxBytes,
        body -> {
          long sinceNanos = ticker.read() - workedNanos;
          switch (body) {
            case FetchedBody.Absent absent ->
                consumer.accept(new Outcome.Refused(Refusal.of(Reason.MALFORMED_REQUEST, "The request has no body. Send a JSON object with a model.")));
            case FetchedBody.TooLarge large -> consumer.accept(new Outcome.Refused(tooLarge()));
            case FetchedBody.Present present -> {
              // The runner's own bound is on frames, and so a little wider.
              if (present.bytes().length > maxBytes) {
                consumer.accept(new Outcome.Refused(tooLarge()));
              } else {
                parse(request, dialect, present.bytes(), sinceNanos, consumer);
              }
            }
          }
        });
  }

  /**
   * Reads a body that is at hand; otherwise as {@link #read}.
   *
   * @param sinceNanos since when the runner has worked on the request, without the times in which it waited for others
   */
  public void parse(RunnerRequest request, Dialect dialect, byte[] body, long sinceNanos, Consumer<Outcome> consumer) {
    if (body.length <= INLINE_BODY_BYTES) {
      consumer.accept(outcome(dialect, body, sinceNanos));
      return;
    }
    largeBodies.execute(
        () -> {
          Outcome outcome = outcome(dialect, body, sinceNanos);
          request.execute(() -> consumer.accept(outcome));
        });
  }

  private Outcome outcome(Dialect dialect, byte[] body, long sinceNanos) {
    return switch (reader.read(dialect, body)) {
      case ReadResult.Read read -> new Outcome.Read(Bytes.of(body), read, ticker.read() - sinceNanos);
      case ReadResult.Refused refused -> new Outcome.Refused(unreadable(refused));
    };
  }

  private static Refusal unreadable(ReadResult.Refused refused) {
    Reason reason =
        switch (refused.problem()) {
          case MALFORMED -> Reason.MALFORMED_REQUEST;
          case AMBIGUOUS -> Reason.AMBIGUOUS_REQUEST;
        };
    return new Refusal(reason, refused.message(), refused.param());
  }

  private Refusal tooLarge() {
    return Refusal.of(
        Reason.BODY_TOO_LARGE,
        "The request body is larger than " + maxBytes + " bytes. Send less, or ask the operator to raise protection.max_body_bytes.");
  }

  private static boolean longerThan(String contentLength, long maxBytes) {
    String digits = contentLength.strip();
    return WholeNumber.is(digits) && (digits.length() > 18 || Long.parseLong(digits) > maxBytes);
  }
}
