// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.consent;

import dev.sluice.routing.config.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Keeps one consent as JSON in a file that only its owner reads. Immutable. Blocks on the file. */
public final class ConsentFile {
  private static final long MAX_BYTES = 16 * 1024;
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Path path;

  /** The consent at {@code path}, if there is one. */
  public ConsentFile(Path path) {
    this.path = path;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * The consent; empty if there is no file.
   *
   * @throws IOException if the file cannot be read or is no consent
   */
  public Optional<Consent> read() throws IOException {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new IOException(path + ": no consent (expected: what `sluice marketplace consent` writes)");
      }
      JsonNode json = MAPPER.readTree(Files.readString(path));
      return Optional.of(
          new Consent(
              text(json, "notice_version"),
              text(json, "notice_digest"),
              text(json, "who"),
              Instant.parse(text(json, "when")),
              URI.create(text(json, "scope")),
              Pseudonyms.of(text(json, "pseudonym_key"))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      throw new IOException(path + ": no consent (expected: what `sluice marketplace consent` writes)", e);
    }
  }

  private static String text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isString()) {
      throw new IllegalArgumentException(name + ": missing (expected: text)");
    }
    return value.stringValue();
  }

  /** Records a consent instead of any other, in one step. */
  public void write(Consent consent) throws IOException {
    var bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("notice_version", consent.noticeVersion());
      json.writeStringProperty("notice_digest", consent.noticeDigest());
      json.writeStringProperty("who", consent.who());
      json.writeStringProperty("when", consent.when().toString());
      json.writeStringProperty("scope", consent.scope().toString());
      json.writeStringProperty("pseudonym_key", consent.pseudonyms().hex());
      json.writeEndObject();
    }
    AtomicFile.write(path, bytes.toString(StandardCharsets.UTF_8) + "\n", AtomicFile.PRIVATE);
  }

  /** Withdraws the consent, and with it the key of all pseudonyms; false if there was none. */
  public boolean delete() throws IOException {
    return Files.deleteIfExists(path);
  }
}
