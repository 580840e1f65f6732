// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.routing.rule.Reloaded;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SenderTablesTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(SenderTables.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final AtomicReference<Reloaded> outcome = new AtomicReference<>(new Reloaded.Done(3));
  private final AtomicInteger applied = new AtomicInteger();
  private final SenderTables tables = new SenderTables(outcome::get, outcome::get, applied::incrementAndGet);

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
  }

  @Test
  void aFaultIsLoggedWhenItComesAndWhenItGoes() {
    for (int i = 0; i < 50; i++) {
      tables.reload();
    }
    outcome.set(new Reloaded.Failed("SQLSTATE 08001"));
    for (int i = 0; i < 50; i++) {
      tables.rulesChanged();
    }
    outcome.set(new Reloaded.Done(3));
    tables.rulesChanged();
    assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "table read name=routing_rules rows=3",
            "table read name=time_windows rows=3",
            "table not read, what was in force stays name=routing_rules cause=SQLSTATE 08001",
            "table read name=routing_rules rows=3");
  }

  @Test
  void windowsAreAppliedOnlyWhenTheyWereRead() {
    tables.reload();
    outcome.set(new Reloaded.Refused("w", "no effect"));
    tables.reload();
    assertThat(applied).hasValue(1);
  }
}
