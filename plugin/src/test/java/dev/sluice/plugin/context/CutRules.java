// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.sluice.plugin.dialect.Dialect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What must hold of a conversation after a cut, judged on trees, apart from the code that cuts. */
final class CutRules {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

  private final Dialect dialect;
  private final JsonNode before;
  private final JsonNode after;

  CutRules(Dialect dialect, String before, String after) {
    this.dialect = dialect;
    this.before = JSON.readTree(before);
    this.after = JSON.readTree(after);
  }

  /** What is broken; empty if nothing is. */
  List<String> broken(long mostPromptTokens) {
    List<String> broken = new ArrayList<>();
    check(broken, "something else than messages changed", rest(before).equals(rest(after)));
    check(broken, "messages are not some of those before, in order", isSubsequence(messages(after), messages(before)));
    check(broken, "instructions are gone", filtered(before, "system", "developer").equals(filtered(after, "system", "developer")));
    check(broken, "the last question is gone", lastQuestion(after).equals(lastQuestion(before)));
    check(broken, "the last message is gone", messages(after).getLast().equals(messages(before).getLast()));
    check(broken, "calls and results are parted", calls(after).equals(results(after)) || !calls(before).equals(results(before)));
    check(broken, "reasoning is parted from what it led to", reasoningLeads());
    check(broken, "roles no longer alternate", !alternates(messages(before)) || alternates(messages(after)));
    check(broken, "the first message is not a user's", !startsWithUser(messages(before)) || startsWithUser(messages(after)));
    long tokens = tokens(after);
    check(broken, "does not fit: " + tokens + " of " + mostPromptTokens, tokens <= mostPromptTokens);
    return broken;
  }

  private static void check(List<String> broken, String what, boolean holds) {
    if (!holds) {
      broken.add(what);
    }
  }

  private List<JsonNode> messages(JsonNode body) {
    return body.path(key()).values().stream().toList();
  }

  private String key() {
    return dialect == Dialect.OPENAI_RESPONSES ? "input" : "messages";
  }

  private JsonNode rest(JsonNode body) {
    return ((ObjectNode) body.deepCopy()).without(key());
  }

  private static boolean isSubsequence(List<JsonNode> part, List<JsonNode> whole) {
    int at = 0;
    for (JsonNode message : whole) {
      if (at < part.size() && part.get(at).equals(message)) {
        at++;
      }
    }
    return at == part.size();
  }

  private List<JsonNode> filtered(JsonNode body, String... roles) {
    return messages(body).stream().filter(message -> List.of(roles).contains(message.path("role").asString(""))).toList();
  }

  private List<JsonNode> lastQuestion(JsonNode body) {
    List<JsonNode> questions = filtered(body, "user").stream().filter(CutRules::asks).toList();
    return questions.isEmpty() ? List.of() : List.of(questions.getLast());
  }

  private static boolean asks(JsonNode message) {
    JsonNode content = message.path("content");
    return !content.isArray() || content.values().stream().anyMatch(part -> !part.path("type").asString("").equals("tool_result"));
  }

  private Set<String> calls(JsonNode body) {
    Set<String> ids = new HashSet<>();
    for (JsonNode message : messages(body)) {
      message.path("tool_calls").values().forEach(call -> ids.add(call.path("id").asString()));
      parts(message, "tool_use").forEach(part -> ids.add(part.path("id").asString()));
      if (message.path("type").asString("").equals("function_call")) {
        ids.add(message.path("call_id").asString());
      }
    }
    return ids;
  }

  private Set<String> results(JsonNode body) {
    Set<String> ids = new HashSet<>();
    for (JsonNode message : messages(body)) {
      if (message.path("role").asString("").equals("tool")) {
        ids.add(message.path("tool_call_id").asString());
      }
      parts(message, "tool_result").forEach(part -> ids.add(part.path("tool_use_id").asString()));
      if (message.path("type").asString("").equals("function_call_output")) {
        ids.add(message.path("call_id").asString());
      }
    }
    return ids;
  }

  private static List<JsonNode> parts(JsonNode message, String type) {
    return message.path("content").values().stream().filter(part -> part.path("type").asString("").equals(type)).toList();
  }

  private boolean reasoningLeads() {
    List<JsonNode> all = messages(before);
    List<JsonNode> kept = messages(after);
    for (int i = 0; i < kept.size(); i++) {
      if (kept.get(i).path("type").asString("").equals("reasoning")) {
        JsonNode next = all.get(all.indexOf(kept.get(i)) + 1);
        if (i + 1 == kept.size() || !kept.get(i + 1).equals(next)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Users and assistants in turn, what uses tools between them left out. */
  private static boolean alternates(List<JsonNode> messages) {
    String last = "";
    for (JsonNode message : messages) {
      String role = message.path("role").asString("");
      boolean tools = message.has("tool_calls") || !parts(message, "tool_use").isEmpty() || !parts(message, "tool_result").isEmpty();
      if (!tools && (role.equals("user") || role.equals("assistant"))) {
        if (role.equals(last)) {
          return false;
        }
        last = role;
      }
    }
    return true;
  }

  private static boolean startsWithUser(List<JsonNode> messages) {
    return messages.stream()
        .map(message -> message.path("role").asString("item"))
        .filter(role -> !role.equals("system") && !role.equals("developer"))
        .findFirst()
        .orElse("user")
        .equals("user");
  }

  /** Tokens of a chat: of every text that a model reads, four a message, three for the answer's beginning. */
  private long tokens(JsonNode body) {
    long tokens = 3 + 4L * messages(body).size();
    for (JsonNode message : messages(body)) {
      tokens += texts(message.path("content")) + texts(message.path("output")) + texts(message.path("summary")) + texts(message.path("arguments")) + texts(message.path("name"));
      for (JsonNode call : message.path("tool_calls").values()) {
        tokens += texts(call.path("function").path("name")) + texts(call.path("function").path("arguments"));
      }
    }
    return tokens + texts(body.path("system"));
  }

  private static long texts(JsonNode node) {
    if (node.isString()) {
      return ENCODING.countTokensOrdinary(node.stringValue());
    }
    long tokens = 0;
    if (node.isArray()) {
      for (JsonNode part : node.values()) {
        tokens += texts(part);
      }
    } else if (node.isObject()) {
      for (String key : List.of("text", "content", "thinking", "name", "q", "input")) {
        tokens += texts(node.path(key));
      }
    }
    return tokens;
  }
}
