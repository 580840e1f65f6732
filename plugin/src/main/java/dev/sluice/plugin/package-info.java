// SPDX-License-Identifier: Apache-2.0
/** The process: command line, composition of the parts, ordered start and stop. */
@NullMarked
package dev.sluice.plugin;

import org.jspecify.annotations.NullMarked;
