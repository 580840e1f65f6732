// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.time;

import dev.sluice.scheduler.Ticker;
import java.time.InstantSource;

/** The process's clocks. Immutable. */
public final class Clocks {
  private Clocks() {}

  /** Monotonic time of this process. */
  public static Ticker monotonic() {
    return System::nanoTime;
  }

  /** Wall time, for expiry stamps and reset instants only. */
  public static InstantSource wall() {
    return InstantSource.system();
  }
}
