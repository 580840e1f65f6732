// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.context.ContextPolicy;
import dev.sluice.plugin.hook.WebhookSettings;
import dev.sluice.plugin.health.HealthSettings;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.hybrid.SpillTerms;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.rule.RoutingRule;
import dev.sluice.routing.trust.TrustedNetworks;
import dev.sluice.routing.window.TimeWindow;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a process is told at its start and at a reload; every relation that {@link CrossChecks} states holds. Immutable.
 *
 * <p>Paths are absolute. What a key means, its unit, range and default stand in {@link ConfigKeys}.
 *
 * @param providers in order of preference
 * @param spill when requests may go to the marketplace
 * @param providing how providers are chosen and judged
 */
public record SluiceConfig(
    RunnerSettings runner,
    SchedulerSettings scheduler,
    KeySettings tokenRouting,
    SenderSettings senders,
    StoreSettings stores,
    List<ProviderPlan> providers,
    SpillTerms spill,
    ProvidingSettings providing,
    QuotaSettings quotas,
    PriceTable prices,
    ProtectionSettings protection,
    ObservabilitySettings observability,
    EventsSettings events,
    AdminSettings admin) {
  public SluiceConfig {
    providers = List.copyOf(providers);
  }

  /** The socket between APISIX and this process. */
  public record RunnerSettings(
      Path socket,
      Set<PosixFilePermission> socketMode,
      Optional<String> socketGroup,
      int eventLoops,
      int backlog,
      TransportKind transport,
      Duration confExpireTime,
      List<String> filters,
      Optional<Path> filterFolder) {}

  /**
   * Who waits, how long, and who goes next.
   *
   * @param lanes one for each priority level, the most important first; at least 2
   * @param defaultPriority index of the lane of requests that nothing else places
   * @param serviceTier level for each known value of a request's service tier
   * @param buckets under {@code type: bucket}, what there is beside the levels; lanes are then buckets
   */
  public record SchedulerSettings(
      PolicyKind policy,
      List<LaneSettings> lanes,
      int defaultPriority,
      int laneZeroSharePercent,
      int laneZeroHeadroomPercent,
      Optional<Duration> starvationTimeout,
      Optional<Duration> ageingInterval,
      boolean refuseWhileWaiting,
      QueueSettings queue,
      boolean displace,
      CostSettings cost,
      long opaqueRequestTokens,
      Map<String, Integer> serviceTier,
      Optional<BucketSettings> buckets,
      ShadowPolicy shadow,
      Optional<AdaptiveSettings> adaptive,
      SharingSettings sharing) {
    public SchedulerSettings {
      lanes = List.copyOf(lanes);
      serviceTier = Map.copyOf(serviceTier);
    }
  }

  /** What answers are expected to cost; the percentage is of an account's answers. */
  public record CostSettings(boolean learn, int outputQuantilePercent, long defaultOutputTokens) {}

  /** When an answer is late, and the part of its capacity that a provider keeps in any case. */
  public record AdaptiveSettings(Duration firstTokenTime, int leastPercent) {}

  /**
   * How capacity is shared with other processes.
   *
   * @param enabled whether it is, where there is Redis
   * @param group processes that share name the same
   * @param node this process's name; empty for one made of the host's and the socket's
   * @param expectedNodes among how many it is divided while nobody has been heard of
   * @param nodeLife after which a silent process counts no more
   */
  public record SharingSettings(boolean enabled, String group, Optional<String> node, int expectedNodes, Duration nodeLife) {}

  /** One lane; {@code maxDepth} counts requests. */
  public record LaneSettings(int weight, Duration maxWait, int maxDepth, long maxBytes) {}

  /** Bounds on all lanes of a pool together, and on one flow; depths count requests. */
  public record QueueSettings(int maxDepthTotal, long maxBytesTotal, int maxDepthPerFlow) {}

  /**
   * How providers are chosen and judged.
   *
   * @param regions where requests may be processed; empty for anywhere
   */
  public record ProvidingSettings(ChoiceSettings choice, Set<String> regions, HealthSettings health) {
    public ProvidingSettings {
      regions = Set.copyOf(regions);
    }
  }

  /** Whether scores decide between providers, and what a second is worth, in the currency of prices. */
  public record ChoiceSettings(boolean byScore, double valueOfTime) {}

  /** Who is calling. */
  public record KeySettings(Path keysFile, Path pepperFile, String pepperEnv) {}

  /**
   * On what terms senders are served.
   *
   * @param rules routing rules, in any order
   * @param trusted whose headers count
   * @param windows time windows, in their order
   */
  public record SenderSettings(List<RoutingRule> rules, TrustedNetworks trusted, List<TimeWindow> windows) {
    /** Everybody alike, at all times. */
    public static final SenderSettings NONE = new SenderSettings(List.of(), TrustedNetworks.NONE, List.of());

    public SenderSettings {
      rules = List.copyOf(rules);
      windows = List.copyOf(windows);
    }
  }

  /**
   * How much callers may use in a calendar window.
   *
   * @param reservationTtl how long a reservation lives that nobody ends
   * @param alertWebhook who is told of quotas that name nobody
   * @param limits parents before children
   */
  public record QuotaSettings(Duration reservationTtl, Optional<Webhook> alertWebhook, List<Quota> limits) {
    public QuotaSettings {
      limits = List.copyOf(limits);
    }
  }

  /** An address that may hold a secret, and does not show. Immutable. */
  public record Webhook(URI uri) {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** Bounds on what callers may send. */
  public record ProtectionSettings(
      long maxBodyBytes, int maxJsonDepth, long imageTokens, ContextSettings context, Optional<HookSettings> hook) {}

  /**
   * What becomes of requests beyond their model's context.
   *
   * @param countDeadline longest time to count one request
   * @param fitting who makes requests fit under a custom strategy
   */
  public record ContextSettings(ContextPolicy policy, Duration countDeadline, Optional<WebhookSettings> fitting) {}

  /** Who is asked whether a request may be served, and whether requests are served while he gives no answer. */
  public record HookSettings(WebhookSettings webhook, FailMode failMode) {}

  /** The log, and the record of decisions: how many are kept and which file takes all, up to which size. */
  public record ObservabilitySettings(
      Path logFile, LogLevel logLevel, int decisionRecords, Optional<Path> decisionFile, long decisionFileBytes) {}

  /** Reports of finished requests; the secret is always there. The address is not resolved yet. */
  public record EventsSettings(InetSocketAddress listen, Optional<Secret> secret, long maxBodyBytes) {}

  /** Administration. The address is not resolved yet; beyond loopback there is at least one key. */
  public record AdminSettings(InetSocketAddress listen, List<AdminKeySettings> keys) {
    public AdminSettings {
      keys = List.copyOf(keys);
    }
  }

  /** One administrator's key; {@code name} is what the audit calls him. */
  public record AdminKeySettings(String name, AdminRole role, Secret key) {}
}
