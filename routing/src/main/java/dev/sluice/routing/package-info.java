// SPDX-License-Identifier: Apache-2.0
/** API key to entitlement, model to provider. */
@NullMarked
package dev.sluice.routing;

import org.jspecify.annotations.NullMarked;
