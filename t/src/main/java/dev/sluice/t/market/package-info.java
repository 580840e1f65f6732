// SPDX-License-Identifier: Apache-2.0
/** A marketplace as {@code docs/marketplace-api.yaml} describes it, on loopback, that keeps every byte it is sent and fails as it is told. */
@NullMarked
package dev.sluice.t.market;

import org.jspecify.annotations.NullMarked;
