// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KindsTest {
  private static final Kind<Duration> DURATION = Kinds.duration(Duration.ZERO, Duration.ofDays(1));
  private static final Kind<Long> BYTES = Kinds.bytes(0, Long.MAX_VALUE);

  @Test
  void durationsNeedAUnit() {
    assertThat(read(DURATION, "250ms")).contains(Duration.ofMillis(250));
    assertThat(read(DURATION, "5s")).contains(Duration.ofSeconds(5));
    assertThat(read(DURATION, "2m")).contains(Duration.ofMinutes(2));
    assertThat(read(DURATION, "24h")).contains(Duration.ofDays(1));
    assertThat(read(DURATION, "1d")).contains(Duration.ofDays(1));
    for (String wrong : List.of("", "5", "5 s", "-1s", "1.5s", "25h", "s", "5S", "999999999999999999999s", "５s")) {
      assertThat(read(DURATION, wrong)).as(wrong).isEmpty();
    }
  }

  @Test
  void sizesAreBinaryAndDoNotOverflow() {
    assertThat(read(BYTES, "7")).contains(7L);
    assertThat(read(BYTES, "7B")).contains(7L);
    assertThat(read(BYTES, "16 MiB")).contains(16L << 20);
    assertThat(read(BYTES, "8589934591GiB")).contains(8_589_934_591L << 30);
    for (String wrong : List.of("8589934592GiB", "9223372036854775808", "1MB", "1M", "-1", "1.5GiB", "MiB")) {
      assertThat(read(BYTES, wrong)).as(wrong).isEmpty();
    }
  }

  @Test
  void ratesAndPercentagesTakeTheirSignOrNone() {
    assertThat(read(Kinds.perSecond(100), "100/s")).contains(100L);
    assertThat(read(Kinds.perSecond(100), "1")).contains(1L);
    assertThat(read(Kinds.perSecond(100), "0/s")).isEmpty();
    assertThat(read(Kinds.perSecond(100), "101")).isEmpty();
    assertThat(read(Kinds.percent(1, 100), "80%")).contains(80);
    assertThat(read(Kinds.percent(1, 100), "80")).contains(80);
    assertThat(read(Kinds.percent(1, 100), "0")).isEmpty();
  }

  @Test
  void namesAreSafeInHeadersAndLogs() {
    for (String wrong : List.of("", " a", "a b", "a\r\nb", "a\u0000", "é", "-a", "a".repeat(65))) {
      assertThat(read(Kinds.name(64), wrong)).as(wrong).isEmpty();
    }
    assertThat(read(Kinds.name(64), "team/web:1@eu+x.y_z-0")).isPresent();
  }

  @Test
  void modelPatternsHaveOneStarAtTheEnd() {
    assertThat(read(Kinds.model(true), "gpt-*")).isPresent();
    assertThat(read(Kinds.model(true), "*")).isPresent();
    assertThat(read(Kinds.model(true), "g*t")).isEmpty();
    assertThat(read(Kinds.model(false), "gpt-*")).isEmpty();
    assertThat(read(Kinds.model(false), "org/model:1b")).isPresent();
    assertThat(read(Kinds.model(false), "a b")).isEmpty();
  }

  @Test
  void whatIsShownReadsBack() {
    roundTrip(DURATION, Duration.ofMillis(1500));
    roundTrip(DURATION, Duration.ofMinutes(90));
    roundTrip(DURATION, Duration.ZERO);
    roundTrip(Kinds.durationOrOff(Duration.ZERO, Duration.ofDays(1)), Optional.empty());
    roundTrip(BYTES, 0L);
    roundTrip(BYTES, 1536L);
    roundTrip(BYTES, 1L << 33);
    roundTrip(Kinds.line(99), "it's: 'quoted' # not a comment");
    roundTrip(Kinds.line(99), "- x");
    roundTrip(Kinds.line(99), "");
    roundTrip(Kinds.list(Kinds.line(9), 9), List.of("a, b", "[c]"));
    roundTrip(Kinds.map(Kinds.name(9), Kinds.whole(0, 9), 9), Map.of("b", 1, "a", 2));
  }

  @Test
  void numbersThatMeanTextStayText() {
    roundTrip(Kinds.line(9), "true");
    roundTrip(Kinds.line(9), "~");
    roundTrip(Kinds.line(9), "null");
    roundTrip(Kinds.line(9), "0660");
  }

  @Test
  void theNearestNameIsFoundOrNone() {
    var known = List.of("queue_timeout", "policy", "weights");
    assertThat(NearestName.of("queue_timeot", known)).contains("queue_timeout");
    assertThat(NearestName.of("Queue-Timeout", known)).contains("queue_timeout");
    assertThat(NearestName.of("wieghts", known)).contains("weights");
    assertThat(NearestName.of("colour", known)).isEmpty();
    assertThat(NearestName.of("x".repeat(100_000), known)).isEmpty();
  }

  @Test
  void problemsAreOneShortLine() {
    var problem = new ConfigProblem(new Place("f", 3), "a.b", "x\r\ny\u0007" + "z".repeat(500), "a name", Optional.of("c"));

    assertThat(problem.render()).startsWith("f:3: a.b: x??y?zz").endsWith("... (expected: a name; did you mean c?)").hasSizeLessThan(200);
  }

  private static <T> Optional<T> read(Kind<T> kind, String text) {
    return kind.read(kind.fromText(text, Place.DEFAULT), new Kind.Source("k", false, new Problems()));
  }

  private static <T> void roundTrip(Kind<T> kind, T value) {
    var problems = new Problems();
    YamlNode.Mapping read = YamlReader.read("f", "k: " + kind.show(value) + "\n", problems).orElseThrow();
    assertThat(kind.read(read.entries().getFirst().node(), new Kind.Source("k", false, problems))).as(problems.list().toString()).contains(value);
  }
}
