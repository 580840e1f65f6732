// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.filter.ConfException;
import dev.sluice.plugin.refusal.RouteConf;

/**
 * What a route may say to {@code ai-token-router}. Immutable.
 *
 * @param accountFrom who the sender is taken to be
 */
record RouterConf(AccountFrom accountFrom) {
  /** Where the sender's account comes from. */
  enum AccountFrom {
    /** The API key. */
    KEY,
    /** The APISIX consumer that authenticated before; API keys are not looked at. */
    CONSUMER,
    /** The same, its consumer group being the account. */
    CONSUMER_GROUP
  }

  static RouterConf parse(String json) throws ConfException {
    RouteConf conf = RouteConf.parse(json);
    String from = conf.text("account_from").orElse("key");
    AccountFrom accountFrom =
        switch (from) {
          case "key" -> AccountFrom.KEY;
          case "consumer" -> AccountFrom.CONSUMER;
          case "consumer_group" -> AccountFrom.CONSUMER_GROUP;
          default -> throw new ConfException("account_from: " + from + " (expected: key, consumer or consumer_group)");
        };
    conf.finish();
    return new RouterConf(accountFrom);
  }
}
