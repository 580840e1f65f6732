// SPDX-License-Identifier: Apache-2.0
/**
 * The layers between a request and the tables of API keys: memory, a cache that nodes share, the tables themselves, and a snapshot on disk
 * for when they cannot be reached.
 *
 * <p>A layer answers {@linkplain dev.sluice.routing.store.LayerAnswer in four ways} that are never confused; above all, an outage is never
 * an absence. {@link dev.sluice.routing.store.LayeredKeys} walks the layers once for a key, however many ask for it, in the order that {@link
 * dev.sluice.routing.store.LayerWalk} gives. {@link dev.sluice.routing.store.KeyIndex} knows which keys exist, so that those that do not cost
 * nothing. {@link dev.sluice.routing.store.KeyChanges} takes in what changed, from whichever of three sides it is heard first: the administration
 * of this node, the bus between nodes, or the tables' own record of changes. {@link dev.sluice.routing.store.KeyUpkeep} reads that record from
 * where {@link dev.sluice.routing.store.Watermark} says, and lets {@link dev.sluice.routing.store.SnapshotRenewal} read all keys anew.
 *
 * <p>Nothing here knows a driver: {@code redis} and {@code database} implement the ports of this package.
 */
@NullMarked
package dev.sluice.routing.store;

import org.jspecify.annotations.NullMarked;
