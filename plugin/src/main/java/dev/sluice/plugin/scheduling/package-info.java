// SPDX-License-Identifier: Apache-2.0
/**
 * Translates the operator's configuration into the scheduler's, for the process and for replays alike.
 */
@NullMarked
package dev.sluice.plugin.scheduling;

import org.jspecify.annotations.NullMarked;
