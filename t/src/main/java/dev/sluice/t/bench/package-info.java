// SPDX-License-Identifier: Apache-2.0
/**
 * Benches of the runner as a process, compared in one run with a server that answers from constants.
 *
 * <p>Ratios mean something on a busy machine, absolute times only beside the machine's name: the client, the runner and the floor share its
 * cores.
 */
@NullMarked
package dev.sluice.t.bench;

import org.jspecify.annotations.NullMarked;
