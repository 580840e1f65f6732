// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * What a command may touch besides the files it names. As thread-safe as its streams.
 *
 * @param environment the process's variables
 */
public record Surface(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {}
