// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.admin.AdminKeys.AdminKey;
import dev.sluice.plugin.admin.AdminKeys.Role;
import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.TimingLeak;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long it takes to refuse an administrator's key says nothing of how near it is to a right one. */
@Tag("bench")
class AdminTimingTest {
  private static final int CHARS = 48;
  private static final int CHANGED = 4;

  private final SplittableRandom random = new SplittableRandom(58);

  private String text(int chars) {
    StringBuilder text = new StringBuilder();
    random.ints(chars, 'a', 'z' + 1).forEach(letter -> text.append((char) letter));
    return text.toString();
  }

  /** One of the keys with its last letters changed, which are none of a right one's. */
  private Optional<String> wrong(String[] keys) {
    char[] text = keys[random.nextInt(keys.length)].toCharArray();
    for (int i = CHARS - CHANGED; i < CHARS; i++) {
      text[i] = (char) ('A' + random.nextInt(26));
    }
    return Optional.of("Bearer " + new String(text));
  }

  @Test
  void aWrongKeyThatBeginsLikeARightOneTakesNoLonger() {
    String reads = text(CHARS);
    String writes = text(CHARS);
    AdminKeys keys = new AdminKeys(List.of(new AdminKey("r", Role.READ, new BearerSecret(reads)), new AdminKey("w", Role.WRITE, new BearerSecret(writes))));
    String[] right = {reads, writes};
    // Made alike, so that they differ only in whether there is a right key near.
    String[] others = {text(CHARS), text(CHARS)};
    double t = TimingLeak.of(() -> wrong(right), () -> wrong(others), key -> keys.bearer(key).isPresent() ? 1 : 0);
    Measured figure = Measured.atMost("timing: Welch's t of wrong admin keys that begin like right ones", t, TimingLeak.BOUND, "", "AdminTimingTest").print();
    assertThat(figure.bearable()).isTrue();
  }
}
