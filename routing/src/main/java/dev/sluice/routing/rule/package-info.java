// SPDX-License-Identifier: Apache-2.0
/**
 * Routing rules: on what terms requests are served, by what is known of their sender.
 *
 * <p>Rules stand in an order; the first that matches gives its terms, and only where the key itself settles nothing. A {@link
 * dev.sluice.routing.rule.RuleSet} is compiled once and never changes; a {@link dev.sluice.routing.rule.RuleBook} holds the one
 * in force and replaces it as a whole. A key pattern is matched against the id of a key that a store has found, never against
 * what a caller sent: nobody earns a level by making up a key that looks right.
 */
@NullMarked
package dev.sluice.routing.rule;

import org.jspecify.annotations.NullMarked;
