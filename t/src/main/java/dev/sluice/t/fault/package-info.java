// SPDX-License-Identifier: Apache-2.0
/** One provider of several fails under load, in every way that it can: what that costs the others' callers. */
@NullMarked
package dev.sluice.t.fault;

import org.jspecify.annotations.NullMarked;
