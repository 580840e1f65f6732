// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.List;
import java.util.Map;

/** The configuration of one plugin on one route. Immutable. */
public sealed interface Plugin {

  /** A plugin of the rewrite phase, which runs in the order of its priority. */
  sealed interface Rewrite extends Plugin {
    /** Higher runs earlier; APISIX's own figure unless {@code _meta.priority} says otherwise. */
    int priority();
  }

  /** Refuses larger bodies with 413; 0 sets no bound. */
  record ClientControl(int priority, long maxBodyBytes) implements Rewrite {}

  /** Refuses requests beyond so many on their way upstream; of the access phase, which follows every plugin of the rewrite phase. */
  record LimitConn(int priority, int most, int rejectedCode) implements Rewrite {}

  /** Asks the runner. */
  record ExtPluginPreReq(int priority, List<FilterConf> conf, boolean allowDegradation) implements Rewrite {
    /** Copies the list. */
    public ExtPluginPreReq {
      conf = List.copyOf(conf);
    }
  }

  /** A filter's name and its configuration text, opaque to the gateway. */
  record FilterConf(String name, String value) {}

  /** Finds the consumer by a key in a header or a query argument. */
  record KeyAuth(int priority, String header, String query, boolean hideCredentials) implements Rewrite {}

  /** Changes the request before it goes upstream; empty texts and collections change nothing. */
  record ProxyRewrite(
      int priority, String uri, String host, Map<String, String> set, Map<String, String> add, List<String> remove)
      implements Rewrite {
    /** Copies the collections. */
    public ProxyRewrite {
      set = Map.copyOf(set);
      add = Map.copyOf(add);
      remove = List.copyOf(remove);
    }
  }

  /** Chooses another upstream by the request's variables; the first rule that matches decides. */
  record TrafficSplit(List<Rule> rules) implements Plugin {
    /** Copies the rules. */
    public TrafficSplit {
      rules = List.copyOf(rules);
    }

    /** One rule: any of {@code matches}, or no match at all, selects among {@code targets} by weight. */
    public record Rule(List<Match> matches, List<Target> targets) {
      /** Copies the lists. */
      public Rule {
        matches = List.copyOf(matches);
        targets = List.copyOf(targets);
      }
    }

    /** Conditions that must all hold. */
    public record Match(List<Condition> conditions) {
      /** Copies the conditions. */
      public Match {
        conditions = List.copyOf(conditions);
      }
    }

    /** A variable and the value it must have ({@code ==}) or must not have ({@code ~=}). */
    public record Condition(String variable, boolean equal, String value) {}

    /** One weighted choice. */
    public sealed interface Target {
      /** Its share; 0 is never chosen. */
      int weight();

      /** A named upstream. */
      record Named(Upstream upstream, int weight) implements Target {}

      /** The route's own upstream. */
      record RouteDefault(int weight) implements Target {}
    }
  }

  /** Posts one JSON object for each finished request. */
  record HttpLogger(
      Endpoint endpoint, Batching batching, Map<String, String> logFormat, boolean includeRespBody, int maxRespBodyBytes)
      implements Plugin {
    /** Copies the format. */
    public HttpLogger {
      logFormat = Map.copyOf(logFormat);
    }

    /** Where events go, with which {@code Authorization} (empty for none), each POST bounded by a timeout. */
    public record Endpoint(String host, int port, String pathAndQuery, String authorization, int timeoutSeconds) {
      @Override
      public String toString() {
        return "Endpoint[" + host + ":" + port + pathAndQuery + "]";
      }
    }

    /** How events gather and how often a failed POST is tried again. */
    public record Batching(
        int maxSize, int maxRetryCount, int retryDelaySeconds, int inactiveTimeoutSeconds, int bufferDurationSeconds) {}
  }
}
