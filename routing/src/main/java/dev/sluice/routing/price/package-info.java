// SPDX-License-Identifier: Apache-2.0
/** What tokens cost: prices per provider and model. One currency for all of them. */
@NullMarked
package dev.sluice.routing.price;

import org.jspecify.annotations.NullMarked;
