// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.consent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.marketplace.MarketBench;
import dev.sluice.routing.marketplace.consent.EgressGate.Permit;
import dev.sluice.routing.marketplace.consent.EgressGate.Why;
import dev.sluice.routing.marketplace.consent.Pseudonyms.AccountName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsentTest {
  @TempDir Path folder;
  private ConsentFile file;

  @BeforeEach
  void file() {
    file = new ConsentFile(folder.resolve("data/consent.json"));
  }

  private EgressGate gate(boolean offline) {
    return new EgressGate(offline, MarketBench.MARKET, file);
  }

  @Test
  void isKeptAsItWasGiven() throws IOException {
    assertThat(file.read()).isEmpty();
    Consent consent = MarketBench.agreed(MarketBench.MARKET);
    file.write(consent);
    assertThat(file.read()).contains(consent);
    assertThat(Files.getPosixFilePermissions(file.path())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(consent.toString()).doesNotContain(consent.pseudonyms().hex());
    assertThat(file.delete()).isTrue();
    assertThat(file.delete()).isFalse();
  }

  /** One gate through the whole life of a consent: what the file says at the moment of an egress decides. */
  @Test
  void isLookedAtBeforeEachEgress() throws IOException {
    EgressGate gate = gate(false);
    assertThat(gate.check()).isEqualTo(new Permit.Refused(Why.NO_CONSENT));
    file.write(MarketBench.agreed(MarketBench.MARKET));
    assertThat(gate.check()).isInstanceOf(Permit.Granted.class);
    assertThat(gate.check()).isInstanceOf(Permit.Granted.class);
    assertThat(gate(true).check()).isEqualTo(new Permit.Refused(Why.OFFLINE));
    file.delete();
    assertThat(gate.check()).isEqualTo(new Permit.Refused(Why.NO_CONSENT));
    file.write(MarketBench.agreed(URI.create("https://market.example:8443")));
    assertThat(gate.check()).isEqualTo(new Permit.Refused(Why.OTHER_MARKETPLACE));
    Notice older = new Notice("2026-10", Notice.CURRENT.text());
    file.write(Consent.to(older, "ops", Instant.EPOCH, MarketBench.MARKET, Pseudonyms.create(new SecureRandom())));
    assertThat(gate.check()).isEqualTo(new Permit.Refused(Why.OTHER_NOTICE));
    Notice reworded = new Notice(Notice.CURRENT.version(), Notice.CURRENT.text() + "and more");
    file.write(Consent.to(reworded, "ops", Instant.EPOCH, MarketBench.MARKET, Pseudonyms.create(new SecureRandom())));
    assertThat(gate.check()).as("the same version of another text").isEqualTo(new Permit.Refused(Why.OTHER_NOTICE));
    Files.writeString(file.path(), "{\"enabled\":true}");
    assertThat(gate.check()).isEqualTo(new Permit.Refused(Why.UNREADABLE));
    Files.writeString(file.path(), "x".repeat(20_000));
    assertThat(gate.check()).isEqualTo(new Permit.Refused(Why.UNREADABLE));
  }

  @Test
  void needsSomebodyWhoGivesIt() {
    for (String who : new String[] {"", "  ", "a\nb", "x".repeat(201)}) {
      assertThatThrownBy(() -> Consent.to(Notice.CURRENT, who, Instant.EPOCH, MarketBench.MARKET, Pseudonyms.create(new SecureRandom())))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void namesAccountsAnewEachTime() {
    Pseudonyms first = Pseudonyms.create(new SecureRandom());
    Pseudonyms second = Pseudonyms.create(new SecureRandom());
    AccountName account = new AccountName("acme");
    assertThat(first.of(account)).matches("[0-9a-f]{32}").isEqualTo(first.of(account)).isNotEqualTo(second.of(account));
    assertThat(first.of(account)).isNotEqualTo(first.of(new AccountName("acme2")));
  }

  @Test
  void isAboutANoticeThatNamesTheSuppliersAsRecipients() {
    assertThat(Notice.CURRENT.text()).contains("SUPPLIERS RECEIVE CONTENT", "third parties", "sluice marketplace revoke", "offline_mode", Notice.CURRENT.version());
  }
}
