// SPDX-License-Identifier: Apache-2.0
/** Virtual time and scripted clients for tests of the scheduler and of what is built on it. */
@NullMarked
package dev.sluice.scheduler.simulation;

import org.jspecify.annotations.NullMarked;
