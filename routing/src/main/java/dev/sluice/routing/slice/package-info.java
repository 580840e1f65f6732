// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes that use the same providers lease parts of their capacity from each other, so that together they never use more than there is.
 *
 * <p>A capacity is divided into whole units. Several times a second a node says what it has of each capacity, what it could use and on whose
 * behalf, and hears the same of the others; everybody computes the same {@linkplain dev.sluice.routing.slice.FairParts fair parts} of that. A node
 * that has more than its part lets go at once; one that has less is given what others have let go of, by a script in Redis that adds up what each
 * may still hold. What a node was given is its own until it says otherwise, so that losing Redis, or a reply, never makes the sum too large.
 */
@NullMarked
package dev.sluice.routing.slice;

import org.jspecify.annotations.NullMarked;
