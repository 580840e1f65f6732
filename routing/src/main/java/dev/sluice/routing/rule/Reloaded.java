// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

/** What reading a table again came to. */
public sealed interface Reloaded {
  /** Its {@code rows} are in force. */
  record Done(int rows) implements Reloaded {}

  /** A row is not fit for use, so what was in force stays: without it another row would take its place. */
  record Refused(String id, String reason) implements Reloaded {}

  /** The database did not answer; what was in force stays. */
  record Failed(String cause) implements Reloaded {}
}
