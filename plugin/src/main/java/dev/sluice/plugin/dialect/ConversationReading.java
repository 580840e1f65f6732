// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonToken;

/** Finds the messages of one body. Not thread-safe; confined to one call of the reader. */
final class ConversationReading {
  private static final int MAX_NAME_BYTES = 1024;

  /** Stands for the call of a message that names none, as with the older {@code function_call}. */
  private static final String UNNAMED = "";

  private final Dialect dialect;
  private final BodyCursor cursor;

  ConversationReading(Dialect dialect, BodyCursor cursor) {
    this.dialect = dialect;
    this.cursor = cursor;
  }

  Conversation read() {
    String key =
        switch (dialect) {
          case OPENAI_CHAT, ANTHROPIC_MESSAGES -> "messages";
          case OPENAI_RESPONSES -> "input";
          case OPENAI_COMPLETIONS, OPENAI_EMBEDDINGS, OPAQUE -> "";
        };
    List<Message> messages = new ArrayList<>();
    cursor.next();
    while (cursor.nextKey()) {
      boolean wanted = cursor.key().equals(key);
      if (cursor.next() == JsonToken.START_ARRAY && wanted) {
        while (cursor.next() != JsonToken.END_ARRAY) {
          messages.add(message());
        }
      } else {
        cursor.skip();
      }
    }
    return new Conversation(messages);
  }

  private Message message() {
    int from = start();
    Draft draft = new Draft();
    if (cursor.token() == JsonToken.START_OBJECT) {
      readObject(draft);
    } else {
      cursor.skip();
    }
    return draft.message(from, end());
  }

  /** Index of the first byte of the value at the cursor. */
  private int start() {
    return switch (cursor.token()) {
      case START_OBJECT, START_ARRAY, VALUE_STRING -> cursor.offset() - 1;
      default -> cursor.offset() - cursor.length();
    };
  }

  private int end() {
    return cursor.token() == JsonToken.VALUE_STRING ? cursor.closingQuote(cursor.offset()) + 1 : cursor.offset();
  }

  private void readObject(Draft draft) {
    while (cursor.nextKey()) {
      String key = cursor.key();
      JsonToken value = cursor.next();
      switch (key) {
        case "role" -> draft.role = name();
        case "type" -> draft.type = name();
        case "content" -> readContent(draft);
        case "tool_calls" -> readCalls(draft);
        case "function_call" -> {
          if (value != JsonToken.VALUE_NULL) {
            draft.calls.add(UNNAMED);
          }
          cursor.skip();
        }
        case "tool_call_id" -> draft.results.add(name());
        case "call_id" -> draft.callId = name();
        default -> cursor.skip();
      }
    }
  }

  private void readCalls(Draft draft) {
    if (cursor.token() != JsonToken.START_ARRAY) {
      cursor.skip();
      return;
    }
    while (cursor.next() != JsonToken.END_ARRAY) {
      String id = UNNAMED;
      if (cursor.token() == JsonToken.START_OBJECT) {
        while (cursor.nextKey()) {
          boolean isId = cursor.key().equals("id");
          cursor.next();
          id = isId ? name() : id;
          if (!isId) {
            cursor.skip();
          }
        }
      } else {
        cursor.skip();
      }
      draft.calls.add(id);
    }
  }

  private void readContent(Draft draft) {
    if (cursor.token() != JsonToken.START_ARRAY) {
      draft.speaks |= cursor.token() != JsonToken.VALUE_NULL;
      cursor.skip();
      return;
    }
    while (cursor.next() != JsonToken.END_ARRAY) {
      if (cursor.token() == JsonToken.START_OBJECT) {
        readPart(draft);
      } else {
        draft.speaks = true;
        cursor.skip();
      }
    }
  }

  private void readPart(Draft draft) {
    String type = "";
    String id = UNNAMED;
    String answered = UNNAMED;
    while (cursor.nextKey()) {
      String key = cursor.key();
      cursor.next();
      switch (key) {
        case "type" -> type = name();
        case "id" -> id = name();
        case "tool_use_id" -> answered = name();
        default -> cursor.skip();
      }
    }
    switch (type) {
      case "tool_use" -> draft.calls.add(id);
      case "tool_result" -> draft.results.add(answered);
      default -> draft.speaks = true;
    }
  }

  /** The string at the cursor; of a long one its raw form, which tells it apart as well; empty for anything else. */
  private String name() {
    if (cursor.token() != JsonToken.VALUE_STRING) {
      cursor.skip();
      return "";
    }
    int from = cursor.offset();
    int to = cursor.closingQuote(from);
    return to - from <= MAX_NAME_BYTES ? cursor.text() : cursor.raw(from, to);
  }

  /** A message in the making. */
  private static final class Draft {
    private final Set<String> calls = new HashSet<>();
    private final Set<String> results = new HashSet<>();
    private String role = "";
    private String type = "";
    private String callId = "";
    private boolean speaks;

    Message message(int from, int to) {
      boolean item = role.isEmpty() && !type.isEmpty() && !type.equals("message");
      if (item && !callId.isEmpty()) {
        (type.endsWith("_output") ? results : calls).add(callId);
      }
      boolean leads = item && type.equals("reasoning");
      Message.Role speaker = leads ? Message.Role.ASSISTANT : item ? itemRole() : speaker();
      boolean asks = speaker == Message.Role.USER && (speaks || results.isEmpty());
      return new Message(from, to, speaker, asks, calls, results, leads);
    }

    private Message.Role itemRole() {
      return type.equals("item_reference") || type.equals("compaction") ? Message.Role.SYSTEM : Message.Role.TOOL;
    }

    private Message.Role speaker() {
      return switch (role) {
        case "system", "developer" -> Message.Role.SYSTEM;
        case "assistant" -> Message.Role.ASSISTANT;
        case "tool", "function" -> Message.Role.TOOL;
        default -> Message.Role.USER;
      };
    }
  }
}
