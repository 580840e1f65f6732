// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.filter.FilterRoute;
import dev.sluice.plugin.protocol.A6Message.PrepareConf;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.runner.ConfRegistry.Bounds;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ConfRegistryTest {
  private final AtomicReference<FilterRoute> route = new AtomicReference<>(new FilterRoute.Broken("x"));

  @Test
  void tokensCountUpPastZeroAndTheLive() {
    ConfRegistry confs = registry(new Bounds(10, 1000, 100), 0xffff_ffffL);
    assertThat(token(confs, "a", 0)).isEqualTo(0xffff_ffffL);
    assertThat(token(confs, "b", 0)).isEqualTo(1);
    assertThat(token(confs, "c", 0)).isEqualTo(2);
  }

  @Test
  void onlyTheUnusedGo() {
    ConfRegistry confs = registry(new Bounds(10, 1000, 100), 1);
    long a = token(confs, "a", 0);
    long b = token(confs, "b", 0);
    assertThat(confs.find(b, 60)).isPresent();
    long c = token(confs, "c", 120);
    assertThat(confs.find(a, 120)).isEmpty();
    assertThat(confs.find(b, 120)).isPresent();
    assertThat(confs.find(c, 120)).isPresent();
    assertThat(token(confs, "a", 120)).isEqualTo(4);
  }

  @Test
  void beyondTheBoundsNewcomersAreRefused() {
    ConfRegistry confs = registry(new Bounds(2, 1000, 100), 1);
    long a = token(confs, "a", 0);
    token(confs, "b", 0);
    assertThat(confs.prepare(conf("c", ""), 0)).isEmpty();
    assertThat(confs.find(a, 0)).isPresent();
    assertThat(token(confs, "a", 0)).isEqualTo(a);
    assertThat(confs.prepare(conf("c", ""), 200)).isPresent();
    ConfRegistry small = registry(new Bounds(10, 20, 100), 1);
    assertThat(small.prepare(conf("a", "x".repeat(21)), 0)).isEmpty();
    assertThat(small.prepare(conf("a", "x"), 0)).isPresent();
  }

  @Test
  void aBrokenConfigurationIsReadAgainUnderItsToken() {
    ConfRegistry confs = registry(new Bounds(10, 1000, 100), 7);
    long token = token(confs, "a", 0);
    FilterRoute mended = new FilterRoute.Broken("other");
    route.set(mended);
    assertThat(token(confs, "a", 0)).isEqualTo(token);
    assertThat(confs.find(token, 0).orElseThrow().route()).isSameAs(mended);
    assertThat(confs.size()).isEqualTo(1);
  }

  @Test
  void anotherConfigurationUnderTheKeyHasAnotherToken() {
    ConfRegistry confs = registry(new Bounds(10, 1000, 100), 7);
    long token = token(confs, "a", 0);
    assertThat(confs.prepare(conf("a", "new"), 0).orElseThrow().token()).isNotEqualTo(token);
    assertThat(confs.find(token, 0)).isPresent();
  }

  private long token(ConfRegistry confs, String key, long now) {
    return confs.prepare(conf(key, ""), now).orElseThrow().token();
  }

  private static PrepareConf conf(String key, String value) {
    return new PrepareConf(key, List.of(new Field("f", value)));
  }

  private ConfRegistry registry(Bounds bounds, long firstToken) {
    return new ConfRegistry(bounds, message -> route.get(), firstToken, 0);
  }
}
