// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import java.io.IOException;

/** A key file says what it says in a way that an editor of lines does not understand; nothing was changed. */
public final class KeyLayoutException extends IOException {
  private static final long serialVersionUID = 1L;

  KeyLayoutException(String message) {
    super(message);
  }
}
