// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.dialect.PromptShape;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.provider.Resolution;
import dev.sluice.scheduler.WorkRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a request would be placed, and what moved it there, without submitting it. Immutable. */
public sealed interface Preview {
  /**
   * It would be submitted.
   *
   * @param request as the scheduler would get it
   * @param steps how its level came about, in order; the last one's is the lane
   */
  record Placed(Resolution.Served served, WorkRequest request, List<Step> steps) implements Preview {
    public Placed {
      steps = List.copyOf(steps);
    }
  }

  /** It would be refused before the scheduler. */
  record Refused(Refusal refusal) implements Preview {}

  /**
   * Something that settled or changed the level.
   *
   * @param source such as {@code key} or {@code header x-sluice-priority}
   */
  record Step(String source, int level) {}

  /** Places a request as {@link SchedulerFilter} would on a route without settings of its own. */
  static Preview of(AdmissionDesk desk, Entitlement entitlement, Headers headers, PromptShape shape) {
    SchedulerConf conf = new SchedulerConf(Optional.empty(), Set.of(), Optional.empty());
    return switch (Placement.of(shape, 0, headers, entitlement, conf, desk)) {
      case Placement.Refused refused -> new Refused(refused.refusal());
      case Placement.Placed placed ->
          new Placed(placed.served(), placed.request(), steps(desk.limits(), entitlement, headers, shape, placed.request().lane()));
    };
  }

  private static List<Step> steps(AdmissionDesk.Limits limits, Entitlement entitlement, Headers headers, PromptShape shape, int lane) {
    boolean own = entitlement.terms().level().isPresent();
    int level = entitlement.terms().level().orElse(limits.defaultLevel());
    int first = CallerWishes.lane(Headers.none(), Optional.empty(), level, limits);
    int wished = CallerWishes.lane(headers, Optional.empty(), level, limits);
    int tiered = CallerWishes.lane(headers, shape.serviceTier(), level, limits);
    var steps = new ArrayList<Step>();
    steps.add(new Step(own ? "terms" : "scheduler.default_priority", level));
    if (first != level) {
      steps.add(new Step("scheduler.priority_levels", first));
    }
    if (wished != first) {
      steps.add(new Step("header " + InternalHeaders.PRIORITY, wished));
    }
    if (tiered != wished) {
      steps.add(new Step("service_tier " + shape.serviceTier().orElse(""), tiered));
    }
    if (lane != tiered) {
      steps.add(new Step("placement", lane));
    }
    return steps;
  }
}
