// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.PostRequest;
import org.apache.apisix.plugin.runner.PostResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/**
 * The rest of a route as one filter sees it: calling it goes on to the next filter, or to the reply. Thread-safe; only the
 * first call counts.
 */
public final class RunnerChain extends PluginFilterChain {
  private final ChainWalk walk;
  private final int nextLink;
  private final AtomicBoolean used = new AtomicBoolean();

  RunnerChain(PluginFilterChain route, ChainWalk walk, int nextLink) {
    super(route, nextLink);
    this.walk = walk;
    this.nextLink = nextLink;
  }

  /** Goes on with the call's own request and response, whichever are passed. */
  @Override
  public void filter(HttpRequest request, HttpResponse response) {
    goOn();
  }

  /** Goes on with the call's own request and response, whichever are passed. */
  @Override
  public void postFilter(PostRequest request, PostResponse response) {
    goOn();
  }

  boolean used() {
    return used.get();
  }

  private void goOn() {
    if (used.compareAndSet(false, true)) {
      walk.step(nextLink);
    } else {
      walk.repeated();
    }
  }
}
