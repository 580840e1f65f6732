// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import java.util.Map;

/** A way in which a provider fails. */
enum ProviderFault {
  /** Every answer is a 429 that asks to come again in two seconds. */
  THROTTLES("answers 429 with Retry-After") {
    @Override
    void begin(Stack stack, String provider) {
      new SimulatorView(stack.simulator(provider)).script("{\"kind\":\"status\",\"status\":429,\"retry_after\":2,\"times\":1000000}");
    }
  },
  /** Every answer is a 503. */
  FAILS("answers 5xx") {
    @Override
    void begin(Stack stack, String provider) {
      new SimulatorView(stack.simulator(provider)).script("{\"kind\":\"status\",\"status\":503,\"times\":1000000}");
    }
  },
  /** It does everything at a tenth of its speed. */
  SLOWS("slows x10") {
    @Override
    void begin(Stack stack, String provider) {
      Http.post(stack.simulator(provider).resolve("/sim/speed"), "{\"slowdown\":10}", Map.of());
    }
  },
  /** It takes requests and never answers. */
  HANGS("hangs") {
    @Override
    void begin(Stack stack, String provider) {
      new SimulatorView(stack.simulator(provider)).script("{\"kind\":\"hang\",\"times\":1000000}");
    }
  },
  /** Its process is gone: connections are refused. It comes last, since nothing brings it back. */
  DIES("dies") {
    @Override
    void begin(Stack stack, String provider) {
      stack.stopSimulator(provider);
    }
  };

  private final String words;

  ProviderFault(String words) {
    this.words = words;
  }

  /** Starts to fail. */
  abstract void begin(Stack stack, String provider);

  /** Serves again, if it can. */
  final void end(Stack stack, String provider) {
    if (this != DIES) {
      Http.post(stack.simulator(provider).resolve("/sim/speed"), "{\"slowdown\":1}", Map.of());
      new SimulatorView(stack.simulator(provider)).clearScripts();
    }
  }

  /** What figures call it. */
  String words() {
    return words;
  }
}
