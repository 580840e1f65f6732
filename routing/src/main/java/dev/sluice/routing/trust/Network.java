// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.trust;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses that share their first bits (CIDR, RFC 4632 and RFC 4291). Immutable.
 *
 * @param base the first of them; every bit beyond the prefix is 0
 * @param prefixBits 0..32 for IPv4, 0..128 for IPv6
 */
public record Network(InetAddress base, int prefixBits) {
  private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F:.]{2,45})/([0-9]{1,3})");
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

  /** The network that {@code 10.0.0.0/8} or {@code fd00::/8} stands for; empty if it is none, or has bits beyond the prefix. */
  public static Optional<Network> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String address = parts.group(1);
    // Without a colon anything but four numbers would be looked up as a name; with one nothing is.
    if (!address.contains(":") && !IPV4.matcher(address).matches()) {
      return Optional.empty();
    }
    InetAddress base;
    try {
      base = InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
    int bits = Integer.parseInt(parts.group(2));
    boolean mapped = address.contains(":") && base.getAddress().length == 4;
    boolean fits = !mapped && bits <= base.getAddress().length * 8;
    return Optional.of(base).filter(found -> fits && nothingBeyond(found.getAddress(), bits)).map(found -> new Network(found, bits));
  }

  private static boolean nothingBeyond(byte[] address, int bits) {
    for (int i = bits; i < address.length * 8; i++) {
      if ((address[i / 8] >> (7 - i % 8) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code address} is one of them; an IPv4 address is in no IPv6 network. */
  public boolean contains(InetAddress address) {
    byte[] wanted = base.getAddress();
    byte[] given = address.getAddress();
    if (given.length != wanted.length) {
      return false;
    }
    int whole = prefixBits / 8;
    for (int i = 0; i < whole; i++) {
      if (given[i] != wanted[i]) {
        return false;
      }
    }
    int rest = prefixBits % 8;
    return rest == 0 || (given[whole] ^ wanted[whole]) >> (8 - rest) == 0;
  }

  /** As it is written. */
  @Override
  public String toString() {
    return base.getHostAddress() + "/" + prefixBits;
  }
}
