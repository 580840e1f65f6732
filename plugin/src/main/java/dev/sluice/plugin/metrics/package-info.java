// SPDX-License-Identifier: Apache-2.0
/**
 * Every series the process exports, with its name, unit and labels.
 *
 * <p>Labels have closed sets (reasons, outcomes, lanes) or sets fixed by configuration (models, providers); nothing a caller
 * sends ever becomes a label.
 */
@NullMarked
package dev.sluice.plugin.metrics;

import org.jspecify.annotations.NullMarked;
