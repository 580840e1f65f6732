// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

/**
 * How fast a model server is. Immutable.
 *
 * <p>One step of the server produces a token for each of the {@code b} requests that decode, and reads up to {@code
 * prefillChunkTokens} prompt tokens {@code p} of those that wait for their first. It takes
 *
 * <pre>max(stepBaseNanos + b * stepPerRequestNanos + p / prefillTokensPerSec, (b + p) / maxTokensPerSec)</pre>
 *
 * where the base falls away when nobody decodes. So prompts slow the running requests down, as they do in a server with
 * chunked prefill, and no mix passes the ceiling.
 *
 * @param prefillTokensPerSec how fast prompts are read
 * @param stepBaseNanos time of a step whatever the batch, the {@code a} of {@code t(b) = a + c*b}
 * @param stepPerRequestNanos what each request in the batch adds, the {@code c}
 * @param maxTokensPerSec ceiling of prompt and output tokens together
 * @param maxBatch how many requests may be read or decoded at a time; others wait
 * @param prefillChunkTokens most prompt tokens of one step
 */
public record BatchModel(
    long prefillTokensPerSec,
    long stepBaseNanos,
    long stepPerRequestNanos,
    long maxTokensPerSec,
    int maxBatch,
    int prefillChunkTokens) {

  /** Refuses what would stand still. */
  public BatchModel {
    if (prefillTokensPerSec < 1 || maxTokensPerSec < 1 || maxBatch < 1 || prefillChunkTokens < 1) {
      throw new IllegalArgumentException("rates, batch and chunk: expected at least 1");
    }
    if (stepBaseNanos < 0 || stepPerRequestNanos < 0) {
      throw new IllegalArgumentException("step times: expected at least 0");
    }
  }

  /** Median times of a 70-billion-parameter model on eight accelerators, bounded to {@code maxTokensPerSec}. */
  public static BatchModel largeModel(long maxTokensPerSec, int maxBatch) {
    return new BatchModel(9_500, 29_600_000, 320_000, maxTokensPerSec, maxBatch, 512);
  }

  /** A server that is fast enough not to matter: for tests of everything but capacity. */
  public static BatchModel fast() {
    return new BatchModel(1_000_000, 100_000, 1_000, 1_000_000, 4096, 8192);
  }

  /** How long a step takes. */
  long stepNanos(int decoding, long prefillTokens) {
    long work = prefillTokens * 1_000_000_000L / prefillTokensPerSec
        + (decoding > 0 ? stepBaseNanos + decoding * stepPerRequestNanos : 0);
    long ceiling = (decoding + prefillTokens) * 1_000_000_000L / maxTokensPerSec;
    return Math.max(1, Math.max(work, ceiling));
  }
}
