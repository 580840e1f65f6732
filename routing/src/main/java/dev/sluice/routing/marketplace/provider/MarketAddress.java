// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which addresses a marketplace may have: https, so that its certificate proves who it is wherever its name leads, or http on this
 * machine; never one that gives secrets to whoever reaches it from inside a cloud.
 */
final class MarketAddress {
  static final String EXPECTED = "an https URL without user, query or fragment, of no link-local or metadata address; http on this machine only";

  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+|0x.*|\\[.*");
  private static final Pattern IPV4 = Pattern.compile("(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}");
  private static final Pattern BANNED_IPV4 = Pattern.compile("(0|22[4-9]|23[0-9]|24[0-9]|25[0-5])\\..*|169\\.254\\..*|100\\.100\\.100\\.200|192\\.0\\.0\\.192");
  private static final List<String> BANNED_NAMES = List.of("metadata", "metadata.google.internal", "instance-data");

  private MarketAddress() {}

  static boolean allowed(String text) {
    try {
      var url = new URI(text);
      if (url.getHost() == null || url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null || url.getPort() == 0) {
        return false;
      }
      String host = url.getHost().toLowerCase(Locale.ROOT);
      boolean loopback = LOOPBACK.matcher(host).matches();
      return "http".equals(url.getScheme()) ? loopback : "https".equals(url.getScheme()) && (loopback || far(host));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** IPv6 literals and odd spellings of numbers are left out altogether: they embed IPv4 addresses, and a name does as well. */
  private static boolean far(String host) {
    if (NUMERIC.matcher(host).matches()) {
      return IPV4.matcher(host).matches() && !BANNED_IPV4.matcher(host).matches();
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return !BANNED_NAMES.contains(name);
  }
}
