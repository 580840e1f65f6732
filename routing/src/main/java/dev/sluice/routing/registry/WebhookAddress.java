// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which addresses an administrator may have us post to: http and https to other machines, and never to those that give secrets
 * to whoever reaches them from inside a cloud. A judgement of the text alone: whoever connects judges the resolved address again.
 */
final class WebhookAddress {
  static final int MAX_CHARS = 2048;
  static final String EXPECTED = "an http or https URL of another machine, without user, fragment, loopback, link-local or metadata address";

  private static final Pattern NAME = Pattern.compile("(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z][a-z0-9-]{0,62}\\.?");
  private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final List<String> BANNED_NAMES = List.of("localhost", "localhost.localdomain", "metadata", "metadata.google.internal", "instance-data");
  private static final Pattern BANNED_IPV4 = Pattern.compile("(0|127|22[4-9]|23[0-9]|24[0-9]|25[0-5])\\..*|169\\.254\\..*|100\\.100\\.100\\.200|192\\.0\\.0\\.192");

  private WebhookAddress() {}

  static boolean allowed(String text) {
    if (text.length() > MAX_CHARS || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return false;
    }
    try {
      var url = new URI(text);
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      boolean plain = url.getRawUserInfo() == null && url.getRawFragment() == null && url.getPort() <= 65_535 && url.getPort() != 0;
      return (scheme.equals("http") || scheme.equals("https")) && plain && url.getHost() != null && host(url.getHost().toLowerCase(Locale.ROOT));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** IPv6 literals are left out altogether: their many spellings embed IPv4 addresses, and a name does as well. */
  private static boolean host(String host) {
    if (IPV4.matcher(host).matches()) {
      return !BANNED_IPV4.matcher(host).matches();
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return NAME.matcher(name).matches() && !BANNED_NAMES.contains(name) && !name.endsWith(".localhost");
  }
}
