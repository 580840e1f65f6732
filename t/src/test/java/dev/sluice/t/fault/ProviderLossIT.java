// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The preferred provider of three does not answer any more, under load. */
class ProviderLossIT {
  @Test
  void othersTakeOver() {
    ProviderFaultsIT.play(List.of(ProviderFault.HANGS, ProviderFault.DIES), "ProviderLossIT");
  }
}
