// SPDX-License-Identifier: Apache-2.0
/** The request and response headers that belong to us, by name and in every spelling. */
@NullMarked
package dev.sluice.plugin.header;

import org.jspecify.annotations.NullMarked;
