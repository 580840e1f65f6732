// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.outbox;

import dev.sluice.routing.marketplace.UsageReport;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to disk what is entered in an {@link Outbox}, and into the outbox what ended processes left on disk, before anything else and whenever there
 * is nothing to write for a while. It ends with the outbox. Not thread-safe: the thread that runs it owns the journal.
 */
final class JournalWriter implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);
  private static final long REWRITE_BYTES = 4L << 20;

  private final Outbox outbox;
  private final Journal journal;

  JournalWriter(Outbox outbox, Journal journal) {
    this.outbox = outbox;
    this.journal = journal;
  }

  @Override
  public void run() {
    try {
      adopt();
      while (true) {
        List<Entry> batch = outbox.batch();
        if (!batch.isEmpty()) {
          if (!write(batch)) {
            outbox.pauseAfterFailure();
          }
        } else if (outbox.over()) {
          leave();
          return;
        } else {
          adopt();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean write(List<Entry> batch) {
    try {
      // After a failure all that counts is written anew, the batch with it.
      if (outbox.failing() || journal.bytes() > REWRITE_BYTES) {
        journal.rewrite(outbox.live());
      } else {
        journal.append(batch);
      }
    } catch (IOException e) {
      log.error("marketplace usage cannot be written, so nothing is bought until it can: {}", e.toString());
      outbox.notWritten(batch);
      return false;
    }
    outbox.written();
    return true;
  }

  /** Lets go of the journal, which others take over if anything is left in it. */
  private void leave() {
    try {
      if (outbox.due() == 0) {
        journal.remove();
      } else {
        journal.close();
      }
    } catch (IOException e) {
      log.warn("marketplace journal not closed: {}", e.toString());
    }
  }

  private void adopt() {
    try {
      for (Journal.Orphan orphan : journal.orphans()) {
        adopt(orphan);
      }
    } catch (IOException e) {
      log.warn("marketplace usage left by an earlier process cannot be read: {}", e.toString());
    }
  }

  private void adopt(Journal.Orphan orphan) throws IOException {
    List<UsageReport> left = orphan.left();
    if (!left.isEmpty()) {
      journal.append(left.stream().<Entry>map(Entry.Used::new).toList());
      outbox.adopted(left);
      log.info("marketplace usage taken over from an earlier process reports={}", left.size());
    }
    orphan.remove();
  }
}
