// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

/**
 * The buckets that requests of one kind may be put into. Immutable.
 *
 * @param first the best of them, 0 the best of all
 * @param last the worst of them, inclusive
 */
public record BucketRange(int first, int last) {
  public BucketRange {
    if (first < 0) {
      throw new IllegalArgumentException("first: " + first + " (expected: >= 0)");
    }
    if (last < first) {
      throw new IllegalArgumentException("last: " + last + " (expected: >= " + first + ")");
    }
  }

  /**
   * The bucket of a priority level: the levels are spread evenly from the first bucket to the last. Never outside the range,
   * whatever the level and the shift.
   *
   * @param level 0 the most important; others than {@code 0..levels - 1} mean the nearest of these
   * @param levels at least 1
   * @param shift buckets by which a rule moves the request, positive to worse ones
   */
  public int bucket(int level, int levels, int shift) {
    double part = levels < 2 ? 0 : (double) Math.clamp(level, 0, levels - 1) / (levels - 1);
    long bucket = first + Math.round(part * (last - first)) + shift;
    return (int) Math.clamp(bucket, first, (long) last);
  }

  /** True if any bucket is in both. */
  public boolean overlaps(BucketRange other) {
    return first <= other.last && other.first <= last;
  }
}
