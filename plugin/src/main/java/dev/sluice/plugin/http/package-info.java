// SPDX-License-Identifier: Apache-2.0
/**
 * The small HTTP server behind the events and admin ports.
 *
 * <p>It has event loops of its own, so that no load on these ports slows a decision down, and bounds of its own: connections,
 * body size, and the time a request may take to arrive.
 */
@NullMarked
package dev.sluice.plugin.http;

import org.jspecify.annotations.NullMarked;
