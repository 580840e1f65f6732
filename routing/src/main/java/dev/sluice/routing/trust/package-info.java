// SPDX-License-Identifier: Apache-2.0
/** Whose word counts: networks whose hosts may say what a request is, by the address that connected to the gateway. */
@NullMarked
package dev.sluice.routing.trust;

import org.jspecify.annotations.NullMarked;
