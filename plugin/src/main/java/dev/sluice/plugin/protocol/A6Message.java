// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.List;
import java.util.Optional;

/** What a gateway's frame says, copied out of its buffer. Immutable; arrays are handed over and not changed by anyone. */
public sealed interface A6Message {
  /**
   * The filters of one version of a route's configuration.
   *
   * @param key APISIX's idempotent name for this version
   * @param filters filter names with their configuration strings, in the order they run; a name may repeat
   */
  record PrepareConf(String key, List<Field> filters) implements A6Message {}

  /**
   * A request to decide on.
   *
   * @param id the call's number, repeated in the reply (unsigned 32 bits)
   * @param sourceAddress the client's address in network order, 4 or 16 bytes; anything else has no network address
   * @param method the A6 method number; 0 is GET, numbers beyond the schema's list are passed through
   * @param arguments query arguments; one without a value has the empty string
   * @param confToken what a {@link PrepareConf} was answered with (unsigned 32 bits)
   */
  record HttpCall(
      long id, Bytes sourceAddress, int method, String path, Headers arguments, Headers headers, long confToken)
      implements A6Message {}

  /** An upstream's response to decide on; the fields are those of {@link HttpCall}. */
  record RespCall(long id, int status, Headers headers, long confToken) implements A6Message {}

  /** The answer to a question asked during a call: absent where the gateway knows nothing, which is not the same as empty. */
  record ExtraInfoReply(Optional<Bytes> result) implements A6Message {}

  /**
   * A payload that is no table of the schema.
   *
   * @param reason what is wrong with it, without any of its bytes
   */
  record Malformed(String reason) implements A6Message {}
}
