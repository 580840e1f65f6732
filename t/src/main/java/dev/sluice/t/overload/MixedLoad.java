// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.overload;

import dev.sluice.t.load.LoadPlan;
import dev.sluice.t.load.LoadPlan.Arrivals;
import dev.sluice.t.load.LoadPlan.LoadClass;
import dev.sluice.t.load.LoadPlan.RequestShape;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Three accounts, one for each level, whose independent callers all ask for the same, the most important level for a fifth of it. Immutable.
 *
 * @param drain how long to wait for the last answers
 */
public record MixedLoad(RequestShape shape, Duration drain) {
  /** The levels, most important first. */
  public static final List<Integer> LEVELS = List.of(0, 2, 4);

  /** The part of the requests that each level sends. */
  private static final double[] SHARES = {0.2, 0.4, 0.4};

  /** The account of a level. */
  public static String account(int level) {
    return "p" + level;
  }

  /** All accounts. */
  public static List<AccountPlan> accounts() {
    return LEVELS.stream().map(level -> new AccountPlan(account(level), level)).toList();
  }

  /** So many requests a second of all accounts together, for a stack that has them. */
  public LoadPlan plan(Stack stack, double perSecond, Duration length, long seed) {
    List<LoadClass> classes = new ArrayList<>();
    for (int i = 0; i < SHARES.length; i++) {
      String account = account(LEVELS.get(i));
      classes.add(new LoadClass(account, stack.key(account), Map.of(), new Arrivals.Poisson(SHARES[i] * perSecond), shape));
    }
    URI gateway = stack.gateway();
    return new LoadPlan(new InetSocketAddress(gateway.getHost(), gateway.getPort()), length, drain, seed, classes);
  }
}
