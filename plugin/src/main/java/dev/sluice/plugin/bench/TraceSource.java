// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench;

import dev.sluice.plugin.bench.trace.Trace;
import java.io.IOException;

/** Gives the trace of a seed. */
@FunctionalInterface
public interface TraceSource {
  /** The same trace for the same seed. */
  Trace read(long seed) throws IOException;
}
