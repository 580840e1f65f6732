// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads {@code apisix.yaml}. Not thread-safe; one reader reads one text. */
public final class ApisixYaml {
  private static final int DEFAULT_MAX_PENDING_EVENTS = 8192;
  private static final YAMLMapper YAML = new YAMLMapper();

  private final Map<String, Upstream> upstreams = new HashMap<>();

  private ApisixYaml() {}

  /**
   * Parses a whole file.
   *
   * @throws ConfigException for a text that does not end with {@code #END}, and for anything unknown or out of range
   */
  public static GatewayConfig parse(String text, long version) {
    if (!text.stripTrailing().endsWith("#END")) {
      throw new ConfigException("", "does not end with #END; APISIX would not load it either");
    }
    try {
      return new ApisixYaml().read(new StrictObject("", YAML.readTree(text)), version);
    } catch (JacksonException e) {
      throw new ConfigException("", "is not YAML: " + e.getOriginalMessage());
    }
  }

  private GatewayConfig read(StrictObject root, long version) {
    for (StrictObject upstream : root.objects("upstreams")) {
      Upstream read = upstream(upstream, upstream.string("id"));
      if (upstreams.put(read.id(), read) != null) {
        throw new ConfigException(upstream.path(), "a second upstream with the id " + read.id());
      }
    }
    Map<String, String> consumers = new HashMap<>();
    for (StrictObject consumer : root.objects("consumers")) {
      consumer(consumer, consumers);
    }
    int maxPending = DEFAULT_MAX_PENDING_EVENTS;
    for (StrictObject metadata : root.objects("plugin_metadata")) {
      String id = metadata.string("id");
      if (!id.equals("http-logger")) {
        throw new ConfigException(metadata.path(), "the embedded gateway knows no metadata of plugin " + id);
      }
      maxPending = metadata.integer("max_pending_entries", maxPending, 1);
      metadata.done();
    }
    List<Route> routes = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (StrictObject route : root.objects("routes")) {
      Route read = route(route);
      if (!ids.add(read.id())) {
        throw new ConfigException(route.path(), "a second route with the id " + read.id());
      }
      routes.add(read);
    }
    root.done();
    return new GatewayConfig(version, routes, consumers, maxPending);
  }

  private Route route(StrictObject node) {
    String id = node.string("id");
    node.ignore("name");
    node.ignore("desc");
    node.ignore("labels");
    List<String> uris = new ArrayList<>(node.strings("uris"));
    if (node.has("uri")) {
      uris.add(node.string("uri"));
    }
    if (uris.isEmpty()) {
      throw new ConfigException(node.path(), "has neither uri nor uris");
    }
    for (String uri : uris) {
      if (!uri.startsWith("/") || (uri.indexOf('*') >= 0 && uri.indexOf('*') != uri.length() - 1)) {
        throw new ConfigException(node.path(), "uri " + uri + " is neither a path nor a prefix ending in *");
      }
    }
    List<String> hosts = new ArrayList<>(node.strings("hosts"));
    if (node.has("host")) {
      hosts.add(node.string("host"));
    }
    hosts.replaceAll(host -> host.toLowerCase(Locale.ROOT));
    Set<String> methods = Set.copyOf(node.strings("methods"));
    int priority = node.integer("priority", 0, Integer.MIN_VALUE);
    Upstream upstream = node.has("upstream_id")
        ? upstreamById(node.pathOf("upstream_id"), node.string("upstream_id"))
        : upstream(node.object("upstream"), "route_" + id);
    PluginReader plugins = new PluginReader(this::upstreamById);
    if (node.has("plugins")) {
      plugins.read(node.object("plugins"));
    }
    node.done();
    return new Route(
        id, uris, methods, hosts, priority, upstream, plugins.rewrite(), plugins.split(), plugins.loggers());
  }

  private Upstream upstreamById(String path, String id) {
    Upstream upstream = upstreams.get(id);
    if (upstream == null) {
      throw new ConfigException(path, "no upstream has the id " + id + " (known: " + upstreams.keySet() + ")");
    }
    return upstream;
  }

  private static Upstream upstream(StrictObject node, String id) {
    node.ignore("id");
    node.ignore("name");
    node.ignore("desc");
    node.ignore("labels");
    expect(node, "type", "roundrobin");
    expect(node, "scheme", "http");
    if (!node.has("retries") || node.integer("retries", 0, 0) != 0) {
      throw new ConfigException(node.pathOf("retries"), "must be given as 0: the embedded gateway makes one attempt");
    }
    Upstream.HostRule host = switch (node.string("pass_host", "pass")) {
      case "pass" -> new Upstream.HostRule.Pass();
      case "node" -> new Upstream.HostRule.NodeAddress();
      case "rewrite" -> new Upstream.HostRule.Rewrite(node.string("upstream_host"));
      default -> throw new ConfigException(node.pathOf("pass_host"), "is none of pass, node, rewrite");
    };
    Upstream.Timeout timeout = new Upstream.Timeout(60, 60);
    if (node.has("timeout")) {
      StrictObject seconds = node.object("timeout");
      seconds.ignore("send");
      timeout = new Upstream.Timeout(seconds.number("connect", 60), seconds.number("read", 60));
      seconds.done();
    }
    Upstream upstream = new Upstream(id, nodes(node), host, timeout);
    node.done();
    return upstream;
  }

  private static List<Upstream.Node> nodes(StrictObject node) {
    List<Upstream.Node> out = new ArrayList<>();
    if (node.isList("nodes")) {
      for (StrictObject item : node.objects("nodes")) {
        out.add(new Upstream.Node(item.string("host"), item.integer("port", 80, 1), item.integer("weight", 1, 0)));
        item.done();
      }
    } else {
      StrictObject byAddress = node.object("nodes");
      for (String address : byAddress.keys()) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        int port = colon < 0 ? 80 : Integer.parseInt(address.substring(colon + 1));
        out.add(new Upstream.Node(host, port, byAddress.integer(address, 1, 0)));
      }
    }
    if (out.stream().allMatch(n -> n.weight() == 0)) {
      throw new ConfigException(node.pathOf("nodes"), "holds no node with a weight above 0");
    }
    return out;
  }

  private static void consumer(StrictObject node, Map<String, String> consumers) {
    String name = node.string("username");
    node.ignore("desc");
    StrictObject plugins = node.object("plugins");
    StrictObject auth = plugins.object("key-auth");
    consumers.put(auth.string("key"), name);
    auth.done();
    plugins.done();
    node.done();
  }

  private static void expect(StrictObject node, String key, String only) {
    String value = node.string(key, only);
    if (!value.equals(only)) {
      throw new ConfigException(node.pathOf(key), "is " + value + "; the embedded gateway knows only " + only);
    }
  }

  /** Finds an upstream by id, for a reference found at {@code path}. */
  interface UpstreamLookup {
    Upstream find(String path, String id);
  }

  /** The text of a list's item. */
  static String text(String path, JsonNode node) {
    if (!node.isString() && !node.isNumber()) {
      throw new ConfigException(path, "is not a text");
    }
    return node.asString();
  }
}
