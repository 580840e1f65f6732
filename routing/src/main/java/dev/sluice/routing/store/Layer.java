// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

/** Where an answer about a key came from; a closed set, fit for a metric's label. */
public enum Layer {
  /** This node's own memory. */
  MEMORY,
  /** The set of keys that exist. */
  INDEX,
  REDIS,
  POSTGRESQL,
  /** The file for times of need. */
  SNAPSHOT
}
