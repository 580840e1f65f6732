// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The events of one POST of the gateway's logger. Immutable.
 *
 * @param events those that could be read, in order
 * @param malformed members that could not
 */
public record CompletionEvents(List<CompletionEvent> events, int malformed) {
  public CompletionEvents {
    events = List.copyOf(events);
  }

  /**
   * Parses a single object or an array of them. Bytes that are not UTF-8 are replaced, not refused: the gateway's logger puts
   * captured answers into its JSON as they are, and a capture may end inside a character.
   */
  public static CompletionEvents parse(byte[] body) {
    List<CompletionEvent> events = new ArrayList<>();
    int malformed = 0;
    for (String member : JsonMembers.of(new String(body, StandardCharsets.UTF_8))) {
      Optional<CompletionEvent> event = EventFields.read(member);
      event.ifPresent(events::add);
      malformed += event.isPresent() ? 0 : 1;
    }
    return new CompletionEvents(events, malformed);
  }
}
