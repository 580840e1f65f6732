// SPDX-License-Identifier: Apache-2.0
/**
 * The JSON API of the admin port: which paths there are, who may use them, and what they do.
 *
 * <p>Every path is a {@link dev.sluice.plugin.admin.api.Route} of one {@link dev.sluice.plugin.admin.api.Router}, which the
 * OpenAPI document is rendered from. Rows of the database follow from the entities of {@code dev.sluice.routing.registry}. What
 * other parts know, such as the snapshot or the rules in effect, comes through small interfaces: {@link
 * dev.sluice.plugin.admin.api.SnapshotControl}, {@link dev.sluice.plugin.admin.api.DecisionSources}.
 */
@NullMarked
package dev.sluice.plugin.admin.api;

import org.jspecify.annotations.NullMarked;
