// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads the {@code plugins} of one route. Not thread-safe. */
final class PluginReader {
  private static final int CLIENT_CONTROL_PRIORITY = 22000;
  private static final int EXT_PLUGIN_PRE_REQ_PRIORITY = 12000;
  private static final int KEY_AUTH_PRIORITY = 2500;
  private static final int PROXY_REWRITE_PRIORITY = 1008;
  private static final int LIMIT_CONN_PRIORITY = 1003;

  private final ApisixYaml.UpstreamLookup upstreams;
  private final List<Plugin.Rewrite> rewrite = new ArrayList<>();
  private final List<Plugin.HttpLogger> loggers = new ArrayList<>();
  private Plugin.TrafficSplit split = new Plugin.TrafficSplit(List.of());

  PluginReader(ApisixYaml.UpstreamLookup upstreams) {
    this.upstreams = upstreams;
  }

  List<Plugin.Rewrite> rewrite() {
    return rewrite;
  }

  List<Plugin.HttpLogger> loggers() {
    return loggers;
  }

  Plugin.TrafficSplit split() {
    return split;
  }

  void read(StrictObject plugins) {
    for (String name : plugins.keys()) {
      StrictObject conf = plugins.object(name);
      switch (name) {
        case "client-control" -> rewrite.add(clientControl(conf));
        case "ext-plugin-pre-req" -> rewrite.add(extPlugin(conf));
        case "limit-conn" -> rewrite.add(limitConn(conf));
        case "key-auth" -> rewrite.add(keyAuth(conf));
        case "proxy-rewrite" -> rewrite.add(proxyRewrite(conf));
        case "traffic-split" -> split = trafficSplit(conf);
        case "http-logger" -> loggers.add(httpLogger(conf));
        default -> throw new ConfigException(conf.path(), "the embedded gateway does not know this plugin");
      }
      conf.done();
    }
    rewrite.sort(Comparator.comparingInt(Plugin.Rewrite::priority).reversed());
  }

  private static int priority(StrictObject conf, int fallback) {
    if (!conf.has("_meta")) {
      return fallback;
    }
    StrictObject meta = conf.object("_meta");
    int priority = meta.integer("priority", fallback, Integer.MIN_VALUE);
    meta.done();
    return priority;
  }

  private static Plugin.ClientControl clientControl(StrictObject conf) {
    return new Plugin.ClientControl(
        priority(conf, CLIENT_CONTROL_PRIORITY), conf.integer("max_body_size", 0, 0));
  }

  /** Counts a whole route only, by its id, on this node. */
  private static Plugin.LimitConn limitConn(StrictObject conf) {
    conf.number("default_conn_delay", 0.1);
    expect(conf, "key_type", "var");
    expect(conf, "policy", "local");
    expect(conf, "key", "route_id");
    int most = conf.integer("conn", 1, 1) + conf.integer("burst", 0, 0);
    return new Plugin.LimitConn(LIMIT_CONN_PRIORITY, most, conf.integer("rejected_code", 503, 200));
  }

  private static void expect(StrictObject conf, String key, String only) {
    String value = conf.string(key);
    if (!value.equals(only)) {
      throw new ConfigException(conf.path() + "." + key, "the embedded gateway knows only " + only);
    }
  }

  private static Plugin.ExtPluginPreReq extPlugin(StrictObject conf) {
    List<Plugin.FilterConf> filters = new ArrayList<>();
    for (StrictObject filter : conf.objects("conf")) {
      filters.add(new Plugin.FilterConf(filter.string("name"), filter.string("value")));
      filter.done();
    }
    return new Plugin.ExtPluginPreReq(
        priority(conf, EXT_PLUGIN_PRE_REQ_PRIORITY), filters, conf.bool("allow_degradation", false));
  }

  private static Plugin.KeyAuth keyAuth(StrictObject conf) {
    return new Plugin.KeyAuth(
        priority(conf, KEY_AUTH_PRIORITY),
        conf.string("header", "apikey"),
        conf.string("query", "apikey"),
        conf.bool("hide_credentials", false));
  }

  private static Plugin.ProxyRewrite proxyRewrite(StrictObject conf) {
    int priority = priority(conf, PROXY_REWRITE_PRIORITY);
    Map<String, String> set = Map.of();
    Map<String, String> add = Map.of();
    List<String> remove = List.of();
    if (conf.has("headers")) {
      StrictObject headers = conf.object("headers");
      set = headers.texts("set");
      add = headers.texts("add");
      remove = headers.strings("remove");
      headers.done();
    }
    return new Plugin.ProxyRewrite(priority, conf.string("uri", ""), conf.string("host", ""), set, add, remove);
  }

  private Plugin.TrafficSplit trafficSplit(StrictObject conf) {
    List<Plugin.TrafficSplit.Rule> rules = new ArrayList<>();
    for (StrictObject rule : conf.objects("rules")) {
      List<Plugin.TrafficSplit.Match> matches = new ArrayList<>();
      for (StrictObject match : rule.objects("match")) {
        matches.add(new Plugin.TrafficSplit.Match(conditions(match)));
        match.done();
      }
      List<Plugin.TrafficSplit.Target> targets = new ArrayList<>();
      for (StrictObject target : rule.objects("weighted_upstreams")) {
        int weight = target.integer("weight", 1, 0);
        targets.add(
            target.has("upstream_id")
                ? new Plugin.TrafficSplit.Target.Named(
                    upstreams.find(target.pathOf("upstream_id"), target.string("upstream_id")), weight)
                : new Plugin.TrafficSplit.Target.RouteDefault(weight));
        target.done();
      }
      rule.done();
      rules.add(new Plugin.TrafficSplit.Rule(matches, targets));
    }
    return new Plugin.TrafficSplit(rules);
  }

  private static List<Plugin.TrafficSplit.Condition> conditions(StrictObject match) {
    List<Plugin.TrafficSplit.Condition> out = new ArrayList<>();
    for (JsonNode item : match.nodes("vars")) {
      String path = match.pathOf("vars");
      if (!item.isArray() || item.size() != 3) {
        throw new ConfigException(path, "an expression has three parts: variable, == or ~=, value");
      }
      String operator = ApisixYaml.text(path, item.get(1));
      if (!operator.equals("==") && !operator.equals("~=")) {
        throw new ConfigException(path, "the embedded gateway knows == and ~=, not " + operator);
      }
      String variable = ApisixYaml.text(path, item.get(0));
      out.add(
          new Plugin.TrafficSplit.Condition(variable, operator.equals("=="), ApisixYaml.text(path, item.get(2))));
    }
    return out;
  }

  private static Plugin.HttpLogger httpLogger(StrictObject conf) {
    URI uri = URI.create(conf.string("uri"));
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new ConfigException(conf.pathOf("uri"), "is not an http:// address");
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    // lua-resty-http writes the question mark whether or not a query follows it.
    Plugin.HttpLogger.Endpoint endpoint = new Plugin.HttpLogger.Endpoint(
        uri.getHost(),
        uri.getPort() < 0 ? 80 : uri.getPort(),
        path + "?" + query,
        conf.string("auth_header", ""),
        conf.integer("timeout", 3, 1));
    Plugin.HttpLogger.Batching batching = new Plugin.HttpLogger.Batching(
        conf.integer("batch_max_size", 1000, 1),
        conf.integer("max_retry_count", 0, 0),
        conf.integer("retry_delay", 1, 0),
        conf.integer("inactive_timeout", 5, 1),
        conf.integer("buffer_duration", 60, 1));
    return new Plugin.HttpLogger(
        endpoint, batching, logFormat(conf), conf.bool("include_resp_body", false),
        conf.integer("max_resp_body_bytes", 524288, 1));
  }

  private static Map<String, String> logFormat(StrictObject conf) {
    Map<String, String> format = new LinkedHashMap<>(conf.texts("log_format"));
    if (format.isEmpty()) {
      throw new ConfigException(conf.pathOf("log_format"), "is missing; the embedded gateway has no default format");
    }
    format.forEach((key, value) -> {
      if (value.startsWith("$") && !KnownVariables.contains(value.substring(1))) {
        throw new ConfigException(conf.pathOf("log_format." + key), "the embedded gateway does not know " + value);
      }
    });
    return format;
  }
}
