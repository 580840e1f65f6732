// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import java.util.List;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.PostRequest;
import org.apache.apisix.plugin.runner.PostResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/** Filters made of lambdas. */
final class TestFilters {
  private TestFilters() {}

  interface Body {
    void run(RunnerRequest request, RunnerResponse response, PluginFilterChain chain) throws Exception;
  }

  interface PostBody {
    void run(PostRequest request, PostResponse response, PluginFilterChain chain) throws Exception;
  }

  /** A filter on the event loop; its configuration is the string itself, and "bad" is refused. */
  static EventLoopFilter ours(String name, Body body) {
    return new EventLoopFilter() {
      @Override
      public Object configure(String json) throws ConfException {
        if (json.equals("bad")) {
          throw new ConfException("value: bad (expected: anything else)");
        }
        return json;
      }

      @Override
      public String name() {
        return name;
      }

      @Override
      public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
        unchecked(() -> body.run((RunnerRequest) request, (RunnerResponse) response, chain));
      }
    };
  }

  /** A filter as third parties write them. */
  static PluginFilter foreign(String name, Body body) {
    return foreign(name, List.of(), false, body);
  }

  static PluginFilter foreign(String name, List<String> variables, boolean requestBody, Body body) {
    return new PluginFilter() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
        unchecked(() -> body.run((RunnerRequest) request, (RunnerResponse) response, chain));
      }

      @Override
      public List<String> requiredVars() {
        return variables.isEmpty() ? null : variables;
      }

      @Override
      public Boolean requiredBody() {
        return requestBody;
      }
    };
  }

  static PluginFilter post(String name, boolean responseBody, PostBody body) {
    return new PluginFilter() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void postFilter(PostRequest request, PostResponse response, PluginFilterChain chain) {
        unchecked(() -> body.run(request, response, chain));
      }

      @Override
      public Boolean requiredRespBody() {
        return responseBody;
      }
    };
  }

  private interface Throwing {
    void run() throws Exception;
  }

  private static void unchecked(Throwing body) {
    try {
      body.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
