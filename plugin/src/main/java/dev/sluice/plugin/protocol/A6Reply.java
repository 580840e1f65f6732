// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What the runner sends: the reply to a request frame, or a question during a call. Immutable. */
public sealed interface A6Reply {
  /** The reply to {@link A6Message.PrepareConf}: an unsigned 32 bit number, never 0. */
  record ConfToken(long confToken) implements A6Reply {}

  /** The reply to {@link A6Message.HttpCall}. */
  record CallReply(long id, Verdict verdict) implements A6Reply {}

  /**
   * The reply to {@link A6Message.RespCall}; what is absent stays as the upstream sent it.
   *
   * @param headers if not empty, replaces the upstream's headers
   */
  record RespReply(long id, OptionalInt status, List<Field> headers, Optional<Bytes> body) implements A6Reply {}

  /** A question about the current call, answered by {@link A6Message.ExtraInfoReply}. */
  sealed interface ExtraInfoQuery extends A6Reply {
    /** The value of an Nginx or APISIX variable. */
    record Variable(String name) implements ExtraInfoQuery {}

    /** The client's request body. */
    record RequestBody() implements ExtraInfoQuery {}

    /** The upstream's response body, which the gateway then holds back until it has all of it. */
    record ResponseBody() implements ExtraInfoQuery {}
  }

  /** The request frame can't be answered; the gateway turns it into a bare 503. */
  record Err(Code code) implements A6Reply {
    /** The reasons of the schema. */
    public enum Code {
      /** The payload is no table of the schema. */
      BAD_REQUEST(0),
      /** No more configurations are taken. */
      SERVICE_UNAVAILABLE(1),
      /** The token is none of ours: the gateway prepares its configuration again and retries. */
      CONF_TOKEN_NOT_FOUND(2);

      private final int number;

      Code(int number) {
        this.number = number;
      }

      /** The schema's number. */
      int number() {
        return number;
      }
    }
  }
}
