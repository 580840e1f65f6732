// SPDX-License-Identifier: Apache-2.0
/** Everything that tests the product from outside: gateway, provider simulator, load, benches. */
@NullMarked
package dev.sluice.t;

import org.jspecify.annotations.NullMarked;
