// SPDX-License-Identifier: Apache-2.0
/**
 * A mixed overload through the whole product, watched and judged.
 *
 * <p>Three accounts at P0, P2 and P4 ask for one and a half times the capacity, half of them for streams. The same run is the demo and
 * the end-to-end test, on whichever gateway the stack has.
 */
@NullMarked
package dev.sluice.t.overload;

import org.jspecify.annotations.NullMarked;
