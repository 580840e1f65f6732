// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace with loopback, one device as default route for both families, and a name server behind it. It ends with its
 * processes. Immutable.
 */
final class Enclosure {
  /** The device that counts. */
  static final String DEVICE = "sluice0";

  /* Noise of the kernel's own (neighbour discovery, router solicitations) is turned off, so that what is counted is what somebody sent. */
  private static final String SETUP =
      """
      set -e
      ip link set lo up
      ip link add sluice0 type veth peer name sluice1
      for device in sluice0 sluice1; do
        ip link set $device addrgenmode none
        for key in router_solicitations autoconf accept_ra accept_dad; do
          echo 0 > /proc/sys/net/ipv6/conf/$device/$key
        done
      done
      ip link set sluice0 arp off
      ip link set sluice1 up
      ip addr add 10.87.0.2/24 dev sluice0
      ip link set sluice0 up
      ip route add default via 10.87.0.1 dev sluice0
      ip -6 addr add fd87::2/64 dev sluice0 nodad
      ip -6 route add default dev sluice0
      mount --bind "$RESOLV" /etc/resolv.conf
      exec "$@"
      """;

  private Enclosure() {}

  /** {@code command} inside a new namespace; files go to {@code folder}. Needs root, or a kernel that lets users have namespaces. */
  static List<String> around(List<String> command, Path folder) throws IOException {
    Path setup = Files.writeString(folder.resolve("enclosure.sh"), SETUP);
    Path names = Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.87.0.53\noptions timeout:1 attempts:1\n");
    List<String> whole = new ArrayList<>(List.of("env", "RESOLV=" + names, "unshare", "--net", "--mount"));
    if (!System.getProperty("user.name").equals("root")) {
      whole.addAll(List.of("--user", "--map-root-user"));
    }
    whole.addAll(List.of("sh", setup.toString()));
    whole.addAll(command);
    return whole;
  }

  /** Packets that this process's namespace has sent to the world. */
  static long sent() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/net/dev"))) {
        String[] parts = line.strip().split("[: ]+", -1);
        if (parts[0].equals(DEVICE)) {
          return Long.parseLong(parts[10]);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("not inside an enclosure: there is no " + DEVICE);
  }
}
