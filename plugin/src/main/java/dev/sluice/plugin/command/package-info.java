// SPDX-License-Identifier: Apache-2.0
/**
 * The commands of {@code sluice} that need no running process: {@code check}, {@code keys}, {@code
 * database}, {@code migrate}, {@code help}.
 *
 * <p>Every command is a function of its arguments, the environment and the files they name, writes what was asked to standard
 * output and what went wrong to standard error, and answers with an exit code: 0 done, 1 the answer is no or it failed, 2 the
 * command line is at fault. A secret is printed once, when it is made, to standard output only.
 */
@NullMarked
package dev.sluice.plugin.command;

import org.jspecify.annotations.NullMarked;
