// SPDX-License-Identifier: Apache-2.0
/**
 * From the older gateway's settings to ours: what {@code sluice migrate} does.
 *
 * <p>{@link dev.sluice.plugin.command.migrate.OldSettings} reads INI files, {@link dev.sluice.plugin.command.migrate.OldDatabase} the rows that
 * the older gateway kept in PostgreSQL, {@link dev.sluice.plugin.command.migrate.Conversion} makes one configuration of both. Each part of it
 * turns its own settings into lines and tells a {@code Report} what changes its meaning. A guess is always told; what would have to be guessed
 * about who waits for whom is refused.
 */
@NullMarked
package dev.sluice.plugin.command.migrate;

import org.jspecify.annotations.NullMarked;
