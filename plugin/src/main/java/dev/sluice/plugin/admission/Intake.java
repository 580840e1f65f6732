// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.dialect.Dialect;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.header.WholeNumber;
import java.util.List;
import java.util.Optional;
import org.apache.apisix.plugin.runner.HttpRequest;

/** What can be said of a request before its body is asked for. */
final class Intake {
  private Intake() {}

  /** The reason to refuse without reading the body, if there is one. */
  static Optional<Refusal> check(RunnerRequest request, Dialect dialect, long maxBodyBytes) {
    List<String> lengths = request.headers().all("content-length");
    if (lengths.size() == 1 && longerThan(lengths.get(0), maxBodyBytes)) {
      return Optional.of(Refusal.of(Reason.BODY_TOO_LARGE, tooLarge(maxBodyBytes)));
    }
    List<String> encodings = request.headers().all("content-encoding");
    boolean encoded = encodings.stream().anyMatch(encoding -> !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity"));
    if (dialect != Dialect.OPAQUE && encoded) {
      return Optional.of(Refusal.of(Reason.MALFORMED_REQUEST, "Compressed request bodies are not read. Send the JSON without Content-Encoding."));
    }
    return Optional.empty();
  }

  static String tooLarge(long maxBodyBytes) {
    return "The request body is larger than " + maxBodyBytes + " bytes. Send less, or ask the operator to raise protection.max_body_bytes.";
  }

  /** Whether the caller asks which models there are. */
  static boolean asksForModels(RunnerRequest request) {
    return request.getMethod() == HttpRequest.Method.GET && request.getPath().endsWith("/models");
  }

  private static boolean longerThan(String contentLength, long maxBytes) {
    String digits = contentLength.strip();
    return WholeNumber.is(digits) && (digits.length() > 18 || Long.parseLong(digits) > maxBytes);
  }
}
