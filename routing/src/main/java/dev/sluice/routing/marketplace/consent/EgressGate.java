// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.consent;

import dev.sluice.routing.config.FileStamp;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * Says before each egress whether it may happen. Thread-safe.
 *
 * <p>It looks at the consent file every time, and reads it again when it changed, so it may block for as long as that takes.
 */
public final class EgressGate {
  private final boolean offline;
  private final URI marketplace;
  private final ConsentFile file;
  private volatile Seen seen = new Seen(new FileStamp(-1, -1, ""), new Permit.Refused(Why.NO_CONSENT));

  private record Seen(FileStamp stamp, Permit permit) {}

  /** Whether an egress may happen. */
  public sealed interface Permit {
    /** It may, under this consent. */
    record Granted(Consent consent) implements Permit {}

    /** It may not. */
    record Refused(Why why) implements Permit {}
  }

  /** Why nothing may leave. A closed set, fit for a metric label. */
  public enum Why {
    /** {@code offline_mode} is on. */
    OFFLINE,
    /** Nobody has consented. */
    NO_CONSENT,
    /** Somebody consented to another notice than the present one. */
    OTHER_NOTICE,
    /** The consent is about another marketplace. */
    OTHER_MARKETPLACE,
    /** The consent cannot be read. */
    UNREADABLE
  }

  /**
   * A gate for calls to {@code marketplace}.
   *
   * @param offline refuses everything, whatever was consented to
   */
  public EgressGate(boolean offline, URI marketplace, ConsentFile file) {
    this.offline = offline;
    this.marketplace = marketplace;
    this.file = file;
  }

  /** Judges an egress that is about to happen. */
  public Permit check() {
    if (offline) {
      return new Permit.Refused(Why.OFFLINE);
    }
    // The stamp is taken before the file is read: a change in between is seen next time.
    FileStamp stamp = FileStamp.of(file.path());
    Seen last = seen;
    if (last.stamp().equals(stamp)) {
      return last.permit();
    }
    Permit permit = judge();
    seen = new Seen(stamp, permit);
    return permit;
  }

  private Permit judge() {
    Optional<Consent> consent;
    try {
      consent = file.read();
    } catch (IOException e) {
      return new Permit.Refused(Why.UNREADABLE);
    }
    if (consent.isEmpty()) {
      return new Permit.Refused(Why.NO_CONSENT);
    }
    if (!consent.get().isTo(Notice.CURRENT)) {
      return new Permit.Refused(Why.OTHER_NOTICE);
    }
    return consent.get().scope().equals(marketplace) ? new Permit.Granted(consent.get()) : new Permit.Refused(Why.OTHER_MARKETPLACE);
  }
}
