// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import dev.sluice.routing.config.Secret;

/** How requests prove themselves to a provider. The secret shows on demand only. Thread-safe. */
public sealed interface Credentials {
  /** Takes over changed files; may block. */
  void refresh();

  /** Nothing to prove; the caller's own credentials must not be passed on either. */
  record None() implements Credentials {
    @Override
    public void refresh() {}
  }

  /**
   * One request header.
   *
   * @param name lower case
   * @param scheme what precedes the secret and a space, such as {@code Bearer}; may be empty
   */
  record Header(String name, String scheme, Secret secret) implements Credentials {
    /** The header's value; for the wire only. */
    public String value() {
      return scheme.isEmpty() ? secret.reveal() : scheme + " " + secret.reveal();
    }

    @Override
    public void refresh() {
      secret.refresh();
    }
  }
}
