// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** How sockets are driven. */
public enum TransportKind {
  AUTO,
  EPOLL,
  NIO
}
