// SPDX-License-Identifier: Apache-2.0
/**
 * PostgreSQL: connections, the schema and its migrations, and the queries for keys.
 *
 * <p>{@link dev.sluice.routing.database.Database} owns the connections; {@link dev.sluice.routing.database.KeyQueries} reads keys through it.
 */
@NullMarked
package dev.sluice.routing.database;

import org.jspecify.annotations.NullMarked;
