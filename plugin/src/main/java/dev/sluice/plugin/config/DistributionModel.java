// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

/** How a pool's capacity is dealt out to buckets. */
public enum DistributionModel {
  EXPONENTIAL,
  LINEAR,
  CUSTOM
}
