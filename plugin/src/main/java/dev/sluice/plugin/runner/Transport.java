// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

/** How the server does its I/O. Immutable. */
public enum Transport {
  /** Epoll where its native library loads, else NIO. */
  AUTO,
  /** Linux epoll; starting fails without its native library. */
  EPOLL,
  /** The JDK's own unix sockets, on every platform that has them. */
  NIO
}
