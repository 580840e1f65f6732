// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

/**
 * What a node needs of one capacity. Immutable.
 *
 * @param name of the capacity, the same on every node
 * @param capacity units that there are in all; at least 1
 * @param busy units that requests hold now, whatever the node was given
 * @param demand units that it could use; at least 0
 * @param weight share against nodes that could use more as well; at least 1
 */
public record Need(String name, long capacity, long busy, long demand, long weight) {}
