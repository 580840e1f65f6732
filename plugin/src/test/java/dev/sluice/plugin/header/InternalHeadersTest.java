// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.header;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InternalHeadersTest {
  private static Headers named(String... names) {
    List<Field> fields = new ArrayList<>();
    for (String name : names) {
      fields.add(new Field(name, "1"));
    }
    return Headers.of(fields);
  }

  @Test
  void everySpellingThatCameIsDeletedByItsOwnName() {
    assertThat(InternalHeaders.toDelete(named("x-sluice-tier", "X_Sluice-Tier", "x_sluice_anything", "x-sluicer", "authorization", "x-sluice-tier")))
        .containsExactly("x-sluice-tier", "X_Sluice-Tier", "x_sluice_anything");
    assertThat(InternalHeaders.toDelete(named("accept"))).isEmpty();
  }

  @Test
  void beyondWhatTheGatewayHandsOverEveryNameOfOursIsDeletedUnseen() {
    String[] names = new String[100];
    for (int i = 0; i < names.length; i++) {
      names[i] = "x-filler-" + i;
    }
    assertThat(InternalHeaders.maybeCutOff(named(names))).isTrue();
    for (String name : new String[] {"provider", "priority", "tier", "environment", "workload", "account", "max-wait-ms", "lease", "lane", "wait-ms"}) {
      assertThat(InternalHeaders.toDelete(named(names)))
          .contains("x-sluice-" + name, "x_sluice_" + name.replace('-', '_'), "x-sluice_" + name, "x_sluice-" + name);
    }
  }
}
