// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectTest {
  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions, OPENAI_CHAT, OPENAI",
    "/openai/v1/chat/completions, OPENAI_CHAT, OPENAI",
    "/v1/chat/completions?api-version=1, OPENAI_CHAT, OPENAI",
    "/v1/chat/completions/, OPENAI_CHAT, OPENAI",
    "/v1/completions, OPENAI_COMPLETIONS, OPENAI",
    "/v1/responses, OPENAI_RESPONSES, OPENAI",
    "/v1/responses/r1/cancel, OPAQUE, OPENAI",
    "/v1/embeddings, OPENAI_EMBEDDINGS, OPENAI",
    "/v1/messages, ANTHROPIC_MESSAGES, ANTHROPIC",
    "/anthropic/v1/messages?beta=true, ANTHROPIC_MESSAGES, ANTHROPIC",
    "/v1/messages/count_tokens, OPAQUE, ANTHROPIC",
    "/v1/messagesque, OPAQUE, OPENAI",
    "/v1/threads/t1/messages, OPAQUE, OPENAI",
    "/v1/models, OPAQUE, OPENAI",
    "/v1/audio/speech?next=/v1/messages, OPAQUE, OPENAI",
    "/, OPAQUE, OPENAI",
    "'', OPAQUE, OPENAI",
  })
  void theEndOfThePathNamesTheDialect(String path, Dialect dialect, Family family) {
    assertThat(Dialect.of(path)).isEqualTo(dialect);
    assertThat(Family.of(path)).isEqualTo(family);
    if (dialect != Dialect.OPAQUE) {
      assertThat(dialect.family()).isEqualTo(family);
    }
  }
}
