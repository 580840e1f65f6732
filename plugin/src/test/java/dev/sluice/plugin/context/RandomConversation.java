// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import dev.sluice.plugin.dialect.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes valid conversations of every kind that clients send. Not thread-safe. */
final class RandomConversation {
  private final SplittableRandom random;
  private final Dialect dialect;
  private final Corpus[] corpora = {Corpus.english(), Corpus.chinese(), Corpus.code()};
  private final List<String> messages = new ArrayList<>();
  private int ids;

  RandomConversation(Dialect dialect, long seed) {
    this.dialect = dialect;
    random = new SplittableRandom(seed);
  }

  /** A body with a limit on its output of {@code maxTokens}. */
  String body(int maxTokens) {
    messages.clear();
    if (dialect != Dialect.ANTHROPIC_MESSAGES && random.nextInt(4) > 0) {
      instructions(random.nextBoolean() ? "system" : "developer");
    }
    if (dialect != Dialect.ANTHROPIC_MESSAGES && random.nextInt(8) == 0) {
      said("assistant"); // a greeting
    }
    int turns = 1 + random.nextInt(8);
    for (int turn = 0; turn < turns; turn++) {
      boolean last = turn == turns - 1;
      said("user");
      while (random.nextInt(20) == 0) {
        said("user");
      }
      for (int exchange = random.nextInt(10) < 6 ? 0 : random.nextInt(5); exchange > 0; exchange--) {
        tools();
      }
      if (!last || random.nextInt(8) == 0) {
        answer();
      }
      if (!last && dialect != Dialect.ANTHROPIC_MESSAGES && random.nextInt(20) == 0) {
        instructions("system");
      }
    }
    String gap = random.nextInt(3) == 0 ? "\n    " : "";
    String list = gap + String.join("," + (random.nextBoolean() ? " " : gap), messages) + gap;
    return switch (dialect) {
      case ANTHROPIC_MESSAGES -> "{\"model\":\"m\",\"max_tokens\":%d,%s\"messages\":[%s]%s}".formatted(maxTokens, random.nextBoolean() ? "\"system\":" + text(20) + "," : "", list, tail());
      case OPENAI_RESPONSES -> "{\"model\":\"m\",\"input\":[%s],\"max_output_tokens\":%d%s}".formatted(list, maxTokens, tail());
      default -> "{ \"messages\" : [%s], \"model\":\"m\",\"max_completion_tokens\":%d%s}".formatted(list, maxTokens, tail());
    };
  }

  private String tail() {
    return random.nextBoolean() ? ",\"temperature\":0.5,\"tools\":[{\"name\":\"look\",\"description\":" + text(8) + "}]" : "";
  }

  private void instructions(String role) {
    messages.add("{\"role\":\"%s\",\"content\":%s}".formatted(role, text(30)));
  }

  private void answer() {
    if (dialect == Dialect.OPENAI_RESPONSES && random.nextInt(3) == 0) {
      messages.add("{\"type\":\"reasoning\",\"id\":\"rs_%d\",\"summary\":[]}".formatted(ids++));
    }
    said("assistant");
  }

  private void said(String role) {
    String content =
        switch (random.nextInt(4)) {
          case 0 -> "[{\"type\":\"%s\",\"text\":%s},{\"text\":%s,\"type\":\"%1$s\"}]".formatted(part(role), text(25), text(25));
          default -> text(random.nextInt(10) == 0 ? 250 : 40);
        };
    messages.add(
        random.nextInt(3) == 0
            ? "{\"content\":%s, \"role\":\"%s\"}".formatted(content, role)
            : "{\"role\":\"%s\",\"content\":%s}".formatted(role, content));
  }

  private String part(String role) {
    if (dialect != Dialect.OPENAI_RESPONSES) {
      return "text";
    }
    return role.equals("user") ? "input_text" : "output_text";
  }

  private void tools() {
    int calls = 1 + random.nextInt(3);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      ids.add("call_" + this.ids++);
    }
    switch (dialect) {
      case ANTHROPIC_MESSAGES -> anthropicTools(ids);
      case OPENAI_RESPONSES -> responsesTools(ids);
      default -> chatTools(ids);
    }
  }

  private void chatTools(List<String> ids) {
    String calls =
        String.join(",", ids.stream().map(id -> "{\"id\":\"%s\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":%s}}".formatted(id, text(10))).toList());
    messages.add("{\"role\":\"assistant\",\"content\":%s,\"tool_calls\":[%s]}".formatted(random.nextBoolean() ? "null" : text(10), calls));
    ids.forEach(id -> messages.add("{\"role\":\"tool\",\"tool_call_id\":\"%s\",\"content\":%s}".formatted(id, text(random.nextInt(5) == 0 ? 200 : 30))));
  }

  private void anthropicTools(List<String> ids) {
    String thinking = random.nextBoolean() ? "{\"type\":\"thinking\",\"thinking\":" + text(20) + ",\"signature\":\"c2ln\"}," : "";
    String calls = String.join(",", ids.stream().map(id -> "{\"type\":\"tool_use\",\"id\":\"%s\",\"name\":\"look\",\"input\":{\"q\":%s}}".formatted(id, text(10))).toList());
    messages.add("{\"role\":\"assistant\",\"content\":[%s%s]}".formatted(thinking, calls));
    String results =
        String.join(
            ",",
            ids.stream().map(id -> "{\"type\":\"tool_result\",\"tool_use_id\":\"%s\",\"content\":[{\"type\":\"text\",\"text\":%s}]}".formatted(id, text(random.nextInt(5) == 0 ? 200 : 30))).toList());
    String more = random.nextInt(12) == 0 ? ",{\"type\":\"text\",\"text\":" + text(15) + "}" : "";
    messages.add("{\"role\":\"user\",\"content\":[%s%s]}".formatted(results, more));
  }

  private void responsesTools(List<String> ids) {
    if (random.nextBoolean()) {
      messages.add("{\"type\":\"reasoning\",\"id\":\"rs_%d\",\"summary\":[{\"type\":\"summary_text\",\"text\":%s}]}".formatted(this.ids++, text(10)));
    }
    ids.forEach(id -> messages.add("{\"type\":\"function_call\",\"call_id\":\"%s\",\"name\":\"look\",\"arguments\":%s}".formatted(id, text(10))));
    ids.forEach(id -> messages.add("{\"type\":\"function_call_output\",\"call_id\":\"%s\",\"output\":%s}".formatted(id, text(30))));
  }

  /** A JSON string of up to about that many tokens, escaped one way or the other. */
  private String text(int tokens) {
    Corpus corpus = corpora[random.nextInt(corpora.length)];
    String plain = corpus.prompt(random, 4 + random.nextInt(tokens * (corpus.kind().equals("chinese") ? 1 : 4)));
    StringBuilder json = new StringBuilder("\"");
    boolean ascii = random.nextInt(4) == 0;
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\t' -> json.append("\\t");
        default -> json.append(c < 0x20 || (ascii && c >= 0x80) ? "\\u%04x".formatted((int) c) : String.valueOf(c));
      }
    }
    return json.append('"').toString();
  }
}
