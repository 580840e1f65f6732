// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

/** A socket that is bound and accepts connections. Thread-safe. */
interface Listening extends AutoCloseable {
  /** Accepts no more and frees the socket; returns when that is done. Calling it again does nothing. */
  @Override
  void close();
}
