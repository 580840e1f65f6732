// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.List;

/** Something that serves models. Immutable. */
public sealed interface Provider permits LocalProvider {
  /** The name of the provider, unique in a catalogue; also the name of the gateway's upstream. */
  String name();

  /** What it serves, in the order configured. */
  List<ServedModel> models();

  /** How requests prove themselves to it. */
  Credentials credentials();

  /** How requests are addressed to it. */
  Target target();

  /** True if streamed requests should ask it to report usage. */
  boolean requestStreamUsage();
}
