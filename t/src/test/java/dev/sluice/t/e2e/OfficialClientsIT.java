// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.Metadata;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import dev.sluice.t.stack.StackPlan;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The providers' own Java clients complete, stream, and raise error types of theirs on our answers. */
class OfficialClientsIT {
  private static final String QUESTION = "Tell me about rivers.";
  private static final JsonValue TWELVE_TOKENS = JsonValue.from("sim:out=12");

  private static Stack stack;
  private static SimulatorView narrow;

  private static final AtomicInteger RAN = new AtomicInteger();
  private static final AtomicInteger BEHAVED = new AtomicInteger();

  @RegisterExtension
  static final AfterTestExecutionCallback COUNT =
      test -> {
        RAN.incrementAndGet();
        BEHAVED.addAndGet(test.getExecutionException().isEmpty() ? 1 : 0);
      };

  @BeforeAll
  static void start() {
    List<String> pace = List.of("--tokens-per-sec", "100000", "--prefill-tokens-per-sec", "100000", "--step-base-ms", "1", "--step-per-request-ms", "0");
    StackPlan plan =
        StackPlan.of(
            List.of(
                new ProviderPlan("wide", 100_000, 16, 8_192, StackPlan.MODEL, pace),
                new ProviderPlan("narrow", 100_000, 1, 8_192, StackPlan.MODEL, pace)),
            List.of(
                new AccountPlan("gold", 0, "providers: [ wide ]"),
                new AccountPlan("cramped", 0, "providers: [ narrow ]"),
                new AccountPlan("limited", 0, "models: [ another-model ]"),
                new AccountPlan("revoked", 0, "status: revoked")));
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    narrow = new SimulatorView(stack.simulator("narrow"));
  }

  @AfterAll
  static void stop() {
    stack.close();
    Figure.exactly("official clients: calls that behaved as their own", BEHAVED.get(), RAN.get(), "OfficialClientsIT").print();
  }

  private static OpenAIClient openAi(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(stack.gateway().resolve("/v1").toString()).apiKey(key).maxRetries(0).build();
  }

  private static AnthropicClient anthropic(String key) {
    return AnthropicOkHttpClient.builder().baseUrl(stack.gateway().toString()).apiKey(key).maxRetries(0).build();
  }

  private static ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder().model(StackPlan.MODEL).maxCompletionTokens(50).addUserMessage(QUESTION).putAdditionalBodyProperty("user", TWELVE_TOKENS);
  }

  private static MessageCreateParams.Builder message() {
    return MessageCreateParams.builder()
        .model(StackPlan.MODEL)
        .maxTokens(50)
        .metadata(Metadata.builder().userId("sim:out=12").build())
        .addUserMessage(QUESTION);
  }

  /** Runs {@code task} while a request that never ends holds the narrow provider's only place. */
  private static void whileFull(Runnable task) {
    narrow.script("{\"kind\":\"hang\"}");
    HttpRequest held =
        HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
            .header("authorization", "Bearer " + stack.key("cramped"))
            .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"%s\",\"messages\":[]}".formatted(StackPlan.MODEL)))
            .build();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      client.sendAsync(held, HttpResponse.BodyHandlers.discarding());
      try {
        Http.await(Duration.ofSeconds(10), () -> narrow.figure("inFlight") == 1, () -> "nobody holds the place");
        task.run();
      } finally {
        client.shutdownNow();
      }
    }
    Http.await(Duration.ofSeconds(10), () -> stack.pool().openLeases() == 0, () -> stack.pool().toString());
  }

  @Test
  void openAiCompletes() {
    ChatCompletion completion = openAi(stack.key("gold")).chat().completions().create(chat().build());

    assertThat(completion.choices().getFirst().message().content().orElseThrow()).startsWith("tok0 tok1");
    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(12);
  }

  @Test
  void openAiStreams() {
    StringBuilder text = new StringBuilder();
    try (var stream = openAi(stack.key("gold")).chat().completions().createStreaming(chat().build())) {
      stream.stream()
          .map(ChatCompletionChunk::choices)
          .flatMap(List::stream)
          .forEach(choice -> choice.delta().content().ifPresent(text::append));
    }
    assertThat(text.toString()).startsWith("tok0 tok1").contains("tok11");
  }

  @Test
  void openAiResponds() {
    ResponseCreateParams params =
        ResponseCreateParams.builder()
            .model(StackPlan.MODEL)
            .maxOutputTokens(50)
            .input(QUESTION)
            .putAdditionalBodyProperty("user", TWELVE_TOKENS)
            .build();
    Response response = openAi(stack.key("gold")).responses().create(params);

    assertThat(response.usage().orElseThrow().outputTokens()).isEqualTo(12);
    try (var stream = openAi(stack.key("gold")).responses().createStreaming(params)) {
      assertThat(stream.stream().anyMatch(event -> event.isCompleted())).isTrue();
    }
  }

  @Test
  void openAiListsTheModels() {
    assertThat(openAi(stack.key("gold")).models().list().data()).extracting(com.openai.models.models.Model::id).containsExactly(StackPlan.MODEL);
  }

  @Test
  void openAiRaisesItsRateLimitType() {
    whileFull(
        () -> {
          var client = openAi(stack.key("cramped"));
          var raised =
              catchThrowableOfType(
                  com.openai.errors.RateLimitException.class,
                  () -> client.chat().completions().create(chat().putAdditionalHeader("x-sluice-max-wait-ms", "0").build()));
          assertThat(raised.code()).contains("rate_limit_exceeded");
          assertThat(raised.headers().values("x-sluice-reason")).containsExactly("wait_too_long");
          assertThat(Integer.parseInt(raised.headers().values("retry-after").getFirst())).isBetween(1, 60);
          var streaming =
              catchThrowableOfType(
                  com.openai.errors.RateLimitException.class,
                  () -> client.chat().completions().createStreaming(chat().putAdditionalHeader("x-sluice-max-wait-ms", "0").build()));
          assertThat(streaming.code()).contains("rate_limit_exceeded");
        });
  }

  @Test
  void openAiRaisesItsAuthenticationTypes() {
    for (String key : List.of("sk-nobody", stack.key("revoked"))) {
      var raised =
          catchThrowableOfType(com.openai.errors.UnauthorizedException.class, () -> openAi(key).chat().completions().create(chat().build()));
      assertThat(raised.code()).contains("invalid_api_key");
    }
    var denied =
        catchThrowableOfType(
            com.openai.errors.PermissionDeniedException.class, () -> openAi(stack.key("limited")).chat().completions().create(chat().build()));
    assertThat(denied.code()).contains("permission_denied");
  }

  @Test
  void openAiRaisesItsBadRequestTypes() {
    var client = openAi(stack.key("gold"));
    var raised =
        catchThrowableOfType(
            com.openai.errors.BadRequestException.class, () -> client.chat().completions().create(chat().maxCompletionTokens(-1).build()));
    assertThat(raised.code()).contains("invalid_request_error");
    assertThat(raised.param()).contains("max_completion_tokens");
    var tooLong =
        catchThrowableOfType(
            com.openai.errors.BadRequestException.class, () -> client.chat().completions().create(chat().maxCompletionTokens(9_000).build()));
    assertThat(tooLong.code()).contains("context_length_exceeded");
    var unknown =
        catchThrowableOfType(
            com.openai.errors.NotFoundException.class, () -> client.chat().completions().create(chat().model("no-such-model").build()));
    assertThat(unknown.code()).contains("model_not_found");
  }

  @Test
  void anthropicCompletes() {
    Message message = anthropic(stack.key("gold")).messages().create(message().build());

    assertThat(message.content().getFirst().asText().text()).startsWith("tok0 tok1");
    assertThat(message.usage().outputTokens()).isEqualTo(12);
  }

  @Test
  void anthropicStreams() {
    StringBuilder text = new StringBuilder();
    try (var stream = anthropic(stack.key("gold")).messages().createStreaming(message().build())) {
      stream.stream()
          .filter(RawMessageStreamEvent::isContentBlockDelta)
          .forEach(event -> text.append(event.asContentBlockDelta().delta().asText().text()));
    }
    assertThat(text.toString()).startsWith("tok0 tok1").contains("tok11");
  }

  @Test
  void anthropicRaisesItsRateLimitType() {
    whileFull(
        () -> {
          var client = anthropic(stack.key("cramped"));
          var raised =
              catchThrowableOfType(
                  com.anthropic.errors.RateLimitException.class,
                  () -> client.messages().create(message().putAdditionalHeader("x-sluice-max-wait-ms", "0").build()));
          assertThat(raised.errorType()).contains(com.anthropic.models.ErrorType.RATE_LIMIT_ERROR);
          assertThat(raised.headers().values("retry-after")).hasSize(1);
        });
  }

  @Test
  void anthropicRaisesItsAuthenticationTypes() {
    var unknown = catchThrowableOfType(com.anthropic.errors.UnauthorizedException.class, () -> anthropic("sk-nobody").messages().create(message().build()));
    assertThat(unknown.errorType()).contains(com.anthropic.models.ErrorType.AUTHENTICATION_ERROR);
    var denied =
        catchThrowableOfType(com.anthropic.errors.PermissionDeniedException.class, () -> anthropic(stack.key("limited")).messages().create(message().build()));
    assertThat(denied.errorType()).contains(com.anthropic.models.ErrorType.PERMISSION_ERROR);
  }

  @Test
  void anthropicRaisesItsBadRequestTypes() {
    var client = anthropic(stack.key("gold"));
    var raised = catchThrowableOfType(com.anthropic.errors.BadRequestException.class, () -> client.messages().create(message().maxTokens(-1).build()));
    assertThat(raised.errorType()).contains(com.anthropic.models.ErrorType.INVALID_REQUEST_ERROR);
    var unknown = catchThrowableOfType(com.anthropic.errors.NotFoundException.class, () -> client.messages().create(message().model("no-such-model").build()));
    assertThat(unknown.errorType()).contains(com.anthropic.models.ErrorType.NOT_FOUND_ERROR);
  }
}
