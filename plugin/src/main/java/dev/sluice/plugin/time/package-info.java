// SPDX-License-Identifier: Apache-2.0
/** The one place where the process reads clocks: monotonic time, wall time and the pools' alarms. */
@NullMarked
package dev.sluice.plugin.time;

import org.jspecify.annotations.NullMarked;
