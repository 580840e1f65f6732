// SPDX-License-Identifier: Apache-2.0
/**
 * Scores of a replay, and their table, JSON and HTML.
 */
@NullMarked
package dev.sluice.plugin.bench.report;

import org.jspecify.annotations.NullMarked;
