// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.lease;

import dev.sluice.plugin.lease.LeaseNames.LeaseName;
import dev.sluice.scheduler.Lease;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open leases of this process by name.
 *
 * <p>An entry lives until its lease is taken by its first completion event, withdrawn, or has expired; so the register is as
 * large as the number of requests in flight. Thread-safe.
 */
public final class LeaseRegister {
  private final LeaseNames names;
  private final Map<Long, OpenLease> open = new ConcurrentHashMap<>();
  private final Map<Lease, Long> numbers = new ConcurrentHashMap<>();

  /** An empty register. */
  public LeaseRegister(LeaseNames names) {
    this.names = names;
  }

  /** Enters a lease and returns the name under which its end will be reported. */
  public String enter(OpenLease entry) {
    LeaseName name = names.issue();
    open.put(name.number(), entry);
    numbers.put(entry.lease(), name.number());
    return name.text();
  }

  /** Removes and returns the lease that an event names: the first of several names that this process issued. */
  public Taken take(List<String> candidates) {
    Optional<LeaseName> name = candidates.stream().flatMap(candidate -> names.verify(candidate).stream()).findFirst();
    if (name.isEmpty()) {
      return new Taken.Forged();
    }
    OpenLease entry = open.remove(name.get().number());
    if (entry == null) {
      return new Taken.Ended();
    }
    numbers.remove(entry.lease());
    return new Taken.Open(entry);
  }

  /** Forgets a lease that ended otherwise: withdrawn or expired. A lease never entered is ignored. */
  public void forget(Lease lease) {
    Long number = numbers.remove(lease);
    if (number != null) {
      open.remove(number);
    }
  }

  /** Entries at this moment. */
  public int size() {
    return open.size();
  }

  /** What an event's lease name leads to. */
  public sealed interface Taken {
    /** The lease was open; the caller settles it now. */
    record Open(OpenLease entry) implements Taken {}

    /** Issued here, but already settled, withdrawn or expired. */
    record Ended() implements Taken {}

    /** Not issued by this process. */
    record Forged() implements Taken {}
  }
}
