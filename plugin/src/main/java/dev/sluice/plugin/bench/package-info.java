// SPDX-License-Identifier: Apache-2.0
/**
 * The bench: replays traces through the production scheduler in virtual time and judges it beside other policies.
 */
@NullMarked
package dev.sluice.plugin.bench;

import org.jspecify.annotations.NullMarked;
