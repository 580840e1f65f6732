// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.util.Map;
import java.util.Optional;

/**
 * Which rows to list. Immutable.
 *
 * @param filters wanted values by field
 * @param cursor from the page before; empty for the first
 * @param limit rows of a page, 1 to {@value #MAX_LIMIT}
 */
public record ListQuery(Map<String, String> filters, Optional<String> cursor, int limit) {
  /** Most rows of a page. */
  public static final int MAX_LIMIT = 500;

  /** Rows of a page unless asked otherwise. */
  public static final int DEFAULT_LIMIT = 100;

  public ListQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + MAX_LIMIT + ")");
    }
    filters = Map.copyOf(filters);
  }

  /** Every row, the first page. */
  public static ListQuery all() {
    return new ListQuery(Map.of(), Optional.empty(), DEFAULT_LIMIT);
  }
}
