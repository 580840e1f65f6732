// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import dev.sluice.routing.config.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach PostgreSQL. Immutable.
 *
 * @param url a JDBC URL without a password
 * @param poolSize connections for looking keys up, at least 1
 * @param deadline of one look-up, once it has its turn
 */
public record DatabaseSettings(String url, Optional<String> user, Optional<Secret> password, int poolSize, Duration deadline) {}
