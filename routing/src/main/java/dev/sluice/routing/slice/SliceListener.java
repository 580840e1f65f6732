// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

/** Hears how a node gets on with the others. Called on the desk's thread; must not block. */
public interface SliceListener {
  /** The table does not answer; the node keeps the part it has. */
  void lost(String cause);

  /** The table answers, for the first time or again. */
  void found();

  /** Another process has taken this one's name; it goes on under another. */
  void renamed(String node);
}
