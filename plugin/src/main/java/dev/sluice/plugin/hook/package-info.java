// SPDX-License-Identifier: Apache-2.0
/**
 * Webhooks that decide about requests: the content hook, which allows, denies or replaces a request before it is scheduled, and the one that
 * makes a request fit.
 *
 * <p>{@link dev.sluice.plugin.hook.Webhook} calls one configured address, in bounded time, size and number, and leaves it alone while it
 * fails. Nothing of what is sent or answered is logged.
 */
@NullMarked
package dev.sluice.plugin.hook;

import org.jspecify.annotations.NullMarked;
