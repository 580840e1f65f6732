// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

/** What became of a change to one entry of a key file. Immutable. */
public sealed interface Edited {
  /** The file says it now; {@code key} is the entry that was changed or made. */
  record Done(KeyRecord key) implements Edited {}

  /** There is no such entry. */
  record Unknown() implements Edited {}

  /** The entry is not the one that was meant; nothing changed. */
  record Stale(KeyRecord present) implements Edited {}

  /** The change contradicts what the file says; nothing changed. */
  record Conflict(String detail) implements Edited {}
}
