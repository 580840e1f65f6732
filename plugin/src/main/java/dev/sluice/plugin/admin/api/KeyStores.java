// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;

/** What can be done with keys wherever they are kept. Implementations are thread-safe and block. */
interface KeyStores {
  HttpAnswer list(ApiCall call);

  HttpAnswer find(ApiCall call);

  HttpAnswer create(ApiCall call);

  HttpAnswer patch(ApiCall call);

  HttpAnswer rotate(ApiCall call);

  HttpAnswer revoke(ApiCall call);
}
