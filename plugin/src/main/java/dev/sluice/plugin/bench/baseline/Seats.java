// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.Stage;
import java.util.OptionalInt;

/** A policy that hands out a fixed number of seats whenever something happens. Not thread-safe. */
abstract class Seats implements Contender {
  /** Nobody waits longer, as gateways give up about then. */
  private static final long CAP_NANOS = 55_000_000_000L;

  private static final long RETRY_NANOS = 1_000_000_000L;

  protected final Stage stage;
  private final boolean[] gone;
  private final int[] busyInLane;
  private final boolean dropsLate;
  private int seats;
  private int busy;

  /**
   * A policy with all seats free.
   *
   * @param dropsLate whether a request is dropped at its lane's longest wait instead of the cap
   */
  protected Seats(Stage stage, boolean dropsLate) {
    this.stage = stage;
    this.dropsLate = dropsLate;
    this.seats = stage.slots();
    this.gone = new boolean[stage.size()];
    this.busyInLane = new int[stage.goals().size()];
  }

  /** Whether a newcomer may wait. */
  protected boolean admits(int id) {
    return true;
  }

  /** A newcomer waits. */
  protected abstract void add(int id);

  /** Takes the next request that may have a seat, late and abandoned ones included. */
  protected abstract OptionalInt next();

  /** A request's true usage is known. */
  protected void settled(int id) {}

  protected final boolean isFull() {
    return busy >= seats;
  }

  protected final int busyIn(int lane) {
    return busyInLane[lane];
  }

  protected final int lane(int id) {
    return stage.request(id).lane();
  }

  @Override
  public final void arrive(int id) {
    gone[id] = false;
    if (admits(id)) {
      add(id);
      seat();
    } else {
      stage.refuse(id, RETRY_NANOS);
    }
  }

  @Override
  public final void ended(int id) {
    busy--;
    busyInLane[lane(id)]--;
    settled(id);
    seat();
  }

  @Override
  public final void abandoned(int id) {
    gone[id] = true;
  }

  @Override
  public final void resized(int slots) {
    seats = slots;
    seat();
  }

  private void seat() {
    for (OptionalInt next = next(); next.isPresent(); next = next()) {
      int id = next.getAsInt();
      busy++;
      busyInLane[lane(id)]++;
      stage.start(id);
    }
  }

  /** Whether a request that was taken can still be served; one that is late is refused here. */
  protected final boolean isAlive(int id) {
    if (gone[id]) {
      return false;
    }
    long limit = dropsLate ? stage.goals().get(lane(id)).maxWaitNanos() : CAP_NANOS;
    if (stage.time().read() - stage.arrivedNanos(id) > limit) {
      stage.refuse(id, RETRY_NANOS);
      return false;
    }
    return true;
  }
}
