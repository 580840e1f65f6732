// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** The pages that nginx writes when nobody else gave a body. Stateless and thread-safe. */
final class Pages {
  private Pages() {}

  /** The error page of a status, byte for byte as APISIX's nginx writes it. */
  static byte[] error(int status) {
    String reason = switch (status) {
      case 429 -> "Too Many Requests";
      case 503 -> "Service Temporarily Unavailable";
      case 504 -> "Gateway Time-out";
      default -> HttpResponseStatus.valueOf(status).reasonPhrase();
    };
    String title = status + " " + reason;
    String page = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title
        + "</h1></center>\r\n<hr><center>openresty</center>\r\n"
        + "<p><em>Powered by <a href=\"https://apisix.apache.org/\">APISIX</a>.</em></p></body>\r\n</html>\r\n";
    return page.getBytes(StandardCharsets.UTF_8);
  }

  /** APISIX's own JSON message. */
  static byte[] json(String key, String message) {
    return ("{\"" + key + "\":\"" + message + "\"}\n").getBytes(StandardCharsets.UTF_8);
  }
}
