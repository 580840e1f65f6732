// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.util.Set;

/**
 * One message of a conversation, or one item of a Responses input. Immutable.
 *
 * @param from index of its first byte in the body
 * @param to index behind its last byte
 * @param asks whether a user says something in it, beyond results of tools
 * @param calls ids of the tool calls it makes
 * @param results ids of the tool calls it answers
 * @param leads whether it makes sense only together with the next one, as reasoning does
 */
record Message(int from, int to, Role role, boolean asks, Set<String> calls, Set<String> results, boolean leads) {
  /** Who speaks. */
  enum Role {
    /** Instructions: system and developer messages, and references to what only the provider has. */
    SYSTEM,
    USER,
    ASSISTANT,
    /** A call of a tool, or its result, as an item of its own. */
    TOOL
  }

  Message {
    calls = Set.copyOf(calls);
    results = Set.copyOf(results);
  }

  /** Whether it is part of an exchange with tools. */
  boolean usesTools() {
    return role == Role.TOOL || !calls.isEmpty() || !results.isEmpty();
  }
}
