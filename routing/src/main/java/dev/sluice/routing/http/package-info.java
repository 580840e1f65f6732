// SPDX-License-Identifier: Apache-2.0
/** Calls to addresses that the operator configured: webhooks, probes, the marketplace. */
@NullMarked
package dev.sluice.routing.http;

import org.jspecify.annotations.NullMarked;
