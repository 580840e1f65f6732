// SPDX-License-Identifier: Apache-2.0
/** Tells people how full quotas are: once for each window, percentage and quota, by webhook and metric. */
@NullMarked
package dev.sluice.routing.quota.alert;

import org.jspecify.annotations.NullMarked;
