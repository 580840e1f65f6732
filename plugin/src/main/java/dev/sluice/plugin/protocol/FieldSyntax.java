// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may go into a header, so that no value can add a header or end one early. Stateless. */
final class FieldSyntax {
  private FieldSyntax() {}

  /** Refuses a reply with a name or value that would break a header apart. */
  static void check(A6Reply reply) {
    switch (reply) {
      case A6Reply.CallReply call -> checkVerdict(call.verdict());
      case A6Reply.RespReply resp -> checkHeaders(resp.headers());
      case A6Reply.ConfToken token -> {}
      case A6Reply.ExtraInfoQuery query -> {}
      case A6Reply.Err err -> {}
    }
  }

  private static void checkVerdict(Verdict verdict) {
    switch (verdict) {
      case Verdict.Continue none -> {}
      case Verdict.Stop stop -> checkHeaders(stop.headers());
      case Verdict.Rewrite rewrite -> {
        rewrite.path().ifPresent(path -> checkText(path, "the path"));
        checkHeaders(rewrite.headers());
        checkHeaders(rewrite.responseHeaders());
      }
    }
  }

  private static void checkHeaders(List<Field> headers) {
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.get(i).name();
      if (!isName(name)) {
        throw new IllegalArgumentException("a header name is empty or holds a character that no name may hold");
      }
      checkText(headers.get(i).value(), name);
    }
  }

  private static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == ':') {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private static void checkText(@Nullable String value, String where) {
    if (value == null) {
      return;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\r' || c == '\n' || c == 0) {
        throw new IllegalArgumentException("CR, LF or NUL in the value of " + where);
      }
    }
  }
}
