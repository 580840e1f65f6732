// SPDX-License-Identifier: Apache-2.0
/** Ordered structures whose members know their own place, so that any of them can be taken out in O(log n). */
@NullMarked
package dev.sluice.scheduler.order;

import org.jspecify.annotations.NullMarked;
