// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** The least important lines that are logged. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG
}
