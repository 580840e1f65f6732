// SPDX-License-Identifier: Apache-2.0
/**
 * What the product sends to the world: it runs in a network namespace of its own, whose default route leads into a device that counts what
 * is transmitted and delivers nothing.
 */
@NullMarked
package dev.sluice.t.egress;

import org.jspecify.annotations.NullMarked;
