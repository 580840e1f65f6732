// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.config.ConfigProblem;
import java.util.List;

/** Hears what became of a changed key file. Called on the thread that reloads, no lock held. */
public interface KeyFileListener {
  /** The new content is in force. */
  default void reloaded(int keys) {}

  /** The new content was refused; the one before it stays in force. */
  default void refused(List<ConfigProblem> problems) {}
}
