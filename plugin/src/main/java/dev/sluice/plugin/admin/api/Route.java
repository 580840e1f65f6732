// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A method and a path with what they do. Immutable.
 *
 * @param template the path; {@code {id}} stands for one segment
 * @param blocking whether the handler waits for files or the database, and so belongs on a virtual thread
 * @param query names and meanings of query parameters
 * @param request name of the schema of the body; empty for none
 * @param answers name of the schema, or a media type, by status
 */
public record Route(
    String method,
    String template,
    Access access,
    boolean blocking,
    String summary,
    Map<String, String> query,
    String request,
    Map<Integer, String> answers,
    Function<ApiCall, HttpAnswer> handler) {
  /** Who may use a route. */
  public enum Access {
    /** Anyone. */
    OPEN,
    /** The bearer of any admin key, and anyone where there is no such key. */
    VIEW,
    /** The bearer of any admin key. */
    READ,
    /** The bearer of an admin key that may write. */
    WRITE
  }

  public Route {
    query = Map.copyOf(query);
    answers = Map.copyOf(answers);
  }

  /** A route that answers at once. */
  public static Route at(String method, String template, Access access, String summary, Function<ApiCall, HttpAnswer> handler) {
    return new Route(method, template, access, false, summary, Map.of(), "", Map.of(), handler);
  }

  /** A route whose handler blocks. */
  public static Route blocking(String method, String template, Access access, String summary, Function<ApiCall, HttpAnswer> handler) {
    return new Route(method, template, access, true, summary, Map.of(), "", Map.of(), handler);
  }

  /** The same route with a body of the schema. */
  public Route taking(String schema) {
    return new Route(method, template, access, blocking, summary, query, schema, answers, handler);
  }

  /** The same route with one more answer. */
  public Route answering(int status, String schema) {
    var more = new LinkedHashMap<>(answers);
    more.put(status, schema);
    return new Route(method, template, access, blocking, summary, query, request, more, handler);
  }

  /** The same route with one more query parameter. */
  public Route asking(String name, String meaning) {
    var more = new LinkedHashMap<>(query);
    more.put(name, meaning);
    return new Route(method, template, access, blocking, summary, more, request, answers, handler);
  }

  /** Names of the segments that stand for something. */
  List<String> parameters() {
    var names = new ArrayList<String>();
    for (String segment : template.split("/", -1)) {
      if (segment.startsWith("{")) {
        names.add(segment.substring(1, segment.length() - 1));
      }
    }
    return names;
  }
}
