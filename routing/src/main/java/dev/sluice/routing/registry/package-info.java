// SPDX-License-Identifier: Apache-2.0
/**
 * The administrator's side of the database: organisations, accounts, keys, rules, quotas, time windows, and what was used.
 *
 * <p>What a row may hold is declared once, as the {@link dev.sluice.routing.registry.Field}s of an {@link
 * dev.sluice.routing.registry.Entity}; reading, checking, storing and describing rows all follow from it. {@link
 * dev.sluice.routing.registry.Registry} changes rows, each change and its audit row in one transaction and against the version
 * that the administrator saw; {@link dev.sluice.routing.registry.KeyRegistry} adds what only keys have: minting, rotation and
 * revocation. Nothing here throws for what a caller or the database did: results are {@link
 * dev.sluice.routing.registry.Outcome}s and {@link dev.sluice.routing.registry.Listing}s. Everything blocks, and belongs on
 * virtual threads. No key is ever stored, audited or shown but once, when it is made.
 */
@NullMarked
package dev.sluice.routing.registry;

import org.jspecify.annotations.NullMarked;
