// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admin.AdminHandler;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.events.EventsHandler;
import dev.sluice.plugin.events.SettlementDesk;
import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.plugin.http.HttpEndpoint;
import dev.sluice.routing.config.Secret;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Puts together the two ports for HTTP. */
final class PortSetup {
  private static final int CONNECTIONS = 256;
  private static final int ADMIN_BODY_BYTES = 1 << 20;

  private PortSetup() {}

  /**
   * The port for reports of finished requests.
   *
   * @throws IOException if there is no secret that they would have to carry
   */
  static HttpEndpoint events(SluiceConfig.EventsSettings settings, SettlementDesk desk) throws IOException {
    Secret secret =
        settings
            .secret()
            .orElseThrow(() -> new IOException("events: no secret (set events.secret_env or events.secret_file; http-logger sends it as auth_header)"));
    HttpEndpoint.Limits limits = new HttpEndpoint.Limits((int) Math.min(Integer.MAX_VALUE, settings.maxBodyBytes()), 4 * CONNECTIONS, 10, 30);
    return new HttpEndpoint("events", resolved(settings.listen()), limits, new EventsHandler(new BearerSecret(secret.reveal()), desk));
  }

  /** The port for metrics, health and administration. */
  static HttpEndpoint admin(SluiceConfig.AdminSettings settings, AdminHandler handler) {
    return new HttpEndpoint("admin", resolved(settings.listen()), new HttpEndpoint.Limits(ADMIN_BODY_BYTES, CONNECTIONS, 10, 30), handler);
  }

  private static InetSocketAddress resolved(InetSocketAddress address) {
    return new InetSocketAddress(address.getHostString(), address.getPort());
  }
}
