// SPDX-License-Identifier: Apache-2.0
/** The admin port: metrics, health, readiness and the state of the pools. */
@NullMarked
package dev.sluice.plugin.admin;

import org.jspecify.annotations.NullMarked;
