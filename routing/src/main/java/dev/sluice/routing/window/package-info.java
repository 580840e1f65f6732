// SPDX-License-Identifier: Apache-2.0
/**
 * Time-window rules: what holds at certain hours only.
 *
 * <pre>
 * in force at an instant = configuration ⊕ manual override ⊕ the windows active then, later ones winning field by field
 * </pre>
 *
 * It is computed anew from these three and the instant, so going back after a window is nothing but the window's absence. Each
 * {@link dev.sluice.routing.window.InForce} knows until when it holds: the next boundary is computed, nothing polls. No clock
 * is read here.
 */
@NullMarked
package dev.sluice.routing.window;

import org.jspecify.annotations.NullMarked;
