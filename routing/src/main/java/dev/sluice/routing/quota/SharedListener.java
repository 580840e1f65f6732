// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

/** Hears how a node gets on with Redis. Implementations are thread-safe and don't block. */
public interface SharedListener {
  /** Hears nothing. */
  SharedListener NONE = new SharedListener() {};

  /** Redis does not answer; quotas are counted here from now on. */
  default void lost(String cause) {}

  /** Redis answers again, and has been told what happened meanwhile. */
  default void recovered() {}

  /** More settlements wait for Redis than may; the oldest was dropped and its reservation comes back by its time to live. */
  default void settlementDropped() {}
}
