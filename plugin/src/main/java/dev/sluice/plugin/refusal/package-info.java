// SPDX-License-Identifier: Apache-2.0
/** How our filters say no, and how they read their configuration on a route. */
@NullMarked
package dev.sluice.plugin.refusal;

import org.jspecify.annotations.NullMarked;
