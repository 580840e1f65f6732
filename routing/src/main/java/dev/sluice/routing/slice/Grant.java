// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

/**
 * What a node may use of one capacity. Immutable.
 *
 * @param name of the capacity
 * @param part units; at least 1
 * @param prospect units that it would soon be given if it could use all of them; at least {@code part}
 * @param nodes that share it, this one among them, as last heard
 */
public record Grant(String name, long part, long prospect, int nodes) {}
