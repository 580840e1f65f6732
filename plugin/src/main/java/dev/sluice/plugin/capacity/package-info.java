// SPDX-License-Identifier: Apache-2.0
/** What providers' answers say about their capacity. */
@NullMarked
package dev.sluice.plugin.capacity;

import org.jspecify.annotations.NullMarked;
