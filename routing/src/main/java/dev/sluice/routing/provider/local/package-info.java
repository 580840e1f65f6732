// SPDX-License-Identifier: Apache-2.0
/** Providers that the operator configured: {@code provider.local}. */
@NullMarked
package dev.sluice.routing.provider.local;

import org.jspecify.annotations.NullMarked;
