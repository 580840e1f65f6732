// SPDX-License-Identifier: Apache-2.0
/**
 * The capacity of providers that several processes use: what this one needs of it, as its scheduler shows, and the slice that the scheduler is
 * given. Every account of a (provider, model) is two divisible capacities, its places and its rates.
 */
@NullMarked
package dev.sluice.plugin.sharing;

import org.jspecify.annotations.NullMarked;
