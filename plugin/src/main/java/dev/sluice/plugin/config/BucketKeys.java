// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.map;
import static dev.sluice.routing.config.Kinds.name;
import static dev.sluice.routing.config.Kinds.text;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The declaration of the keys of {@code scheduler.type: bucket}. Immutable. */
final class BucketKeys {
  static final int MAX_BUCKETS = 100;

  /** Buckets whose upgrade quota has a key of its own. */
  private static final int NAMED_QUOTAS = 10;

  private static final int MOST_UPGRADED = 1_000_000;
  private static final Map<String, BucketMode> SPELLINGS = Map.of("atleast", BucketMode.AT_LEAST);

  static final class Tier {
    static final Key<String> TIER = Key.optional("tier", name(128), "any", "The tier of the key's account.");
    static final Key<String> ENVIRONMENT = Key.optional("environment", name(128), "any", "The environment of the key.");
    static final Key<Integer> FIRST_BUCKET = Key.required("first_bucket", whole(0, MAX_BUCKETS - 1), "The bucket of their most important requests.");
    static final Key<Integer> LAST_BUCKET = Key.required("last_bucket", whole(0, MAX_BUCKETS - 1), "The bucket of their least important requests, inclusive.");
    static final Key<BucketMode> MODE =
        Key.optional("mode", choice(BucketMode.class, SPELLINGS, " (hybrid has no meaning here)"), "`at_least`", "Under `mode: hybrid`, whose expense these buckets' requests may run at.");
    static final Section SECTION =
        Section.list(
            "tiers",
            "Which buckets the requests of which keys get; the first entry that fits counts, and all buckets where none does.",
            List.of(TIER, ENVIRONMENT, FIRST_BUCKET, LAST_BUCKET, MODE),
            List.of());

    private Tier() {}
  }

  static final Key<Integer> BUCKET_COUNT = Key.of("bucket_count", whole(2, MAX_BUCKETS), "10", "Number of buckets; 0 is the best. More than 20 are hard to reason about.");
  static final Key<DistributionModel> DISTRIBUTION_MODEL =
      Key.of(
          "distribution_model",
          choice(DistributionModel.class),
          "exponential",
          "How a model's tokens per second are dealt out: each bucket `decay_ratio` times the one before, in equal steps, or as `custom_distribution` says. The guarantees add up to what the providers have.");
  static final Key<Double> DECAY_RATIO = Key.of("decay_ratio", MoreKinds.ratio(), "0.7", "Under `exponential`, a bucket's guarantee as a part of the better one's.");
  static final Key<List<Integer>> CUSTOM_DISTRIBUTION =
      Key.optional("custom_distribution", list(whole(1, 1_000_000), MAX_BUCKETS), "none", "Under `custom`, the shares of the buckets, best first, one for each; on any scale.");
  static final Key<BucketMode> MODE =
      Key.of(
          "mode",
          choice(BucketMode.class, SPELLINGS, ""),
          "at_least",
          "`strict`: a request runs at the expense of its own bucket only. `at_least`: also of a better one that is idle, within `scheduler.atleast`. `hybrid`: as `tiers` say.");
  static final Key<Boolean> SOFT_PREEMPTION =
      Key.of("soft_preemption", flag(), "true", "Charge upgraded requests to their own bucket when the bucket's own requests need it; nothing that runs is stopped.");
  static final Key<Duration> MAX_UPGRADE_TIME =
      Key.of("max_upgrade_time", duration(Duration.ofSeconds(1), Duration.ofHours(1)), "60s", "Time after which a request that runs upgraded is charged to its own bucket.");

  static final Section SECTION =
      Section.single(
          "bucket_scheduler",
          "Under `scheduler.type: bucket`, lanes with a guaranteed rate each.",
          List.of(BUCKET_COUNT, DISTRIBUTION_MODEL, DECAY_RATIO, CUSTOM_DISTRIBUTION, MODE, SOFT_PREEMPTION, MAX_UPGRADE_TIME),
          List.of(Tier.SECTION));

  /** Section {@code scheduler.atleast}. */
  static final class AtLeast {
    static final Key<Integer> MAX_UPGRADE_DISTANCE =
        Key.of("max_upgrade_distance", whole(0, MAX_BUCKETS - 1), "10", "How many buckets better than its own a request may run at the expense of.").atStart();
    static final List<Key<Integer>> UPGRADE_QUOTA_BUCKET = quotas();
    static final Key<Integer> UPGRADE_QUOTA_DEFAULT =
        Key.of("upgrade_quota_default", whole(0, MOST_UPGRADED), "20", "The same for every bucket that has no own entry.").atStart();
    static final Key<Map<String, Integer>> UPGRADE_QUOTAS =
        Key.of(
                "upgrade_quotas",
                map(text("a bucket's number", "[0-9]{1,2}", 2), whole(0, MOST_UPGRADED), MAX_BUCKETS),
                "",
                "The same by bucket, for buckets beyond the tenth; wins over the other keys.")
            .atStart();
    static final Section SECTION =
        Section.single("atleast", "How far requests of worse buckets may use better ones that are idle.", keys(), List.of());

    private static List<Key<Integer>> quotas() {
      List<Key<Integer>> quotas = new ArrayList<>();
      Map<Integer, String> fallbacks = Map.of(0, "2", 1, "5", 2, "10");
      for (int i = 0; i < NAMED_QUOTAS; i++) {
        String name = "upgrade_quota_bucket_" + i;
        String doc = "Requests of worse buckets that may run at the expense of bucket " + i + " at a time.";
        String fallback = fallbacks.get(i);
        quotas.add(
            (fallback == null
                    ? Key.optional(name, whole(0, MOST_UPGRADED), "`upgrade_quota_default`", doc)
                    : Key.of(name, whole(0, MOST_UPGRADED), fallback, doc))
                .atStart());
      }
      return List.copyOf(quotas);
    }

    private static List<Key<?>> keys() {
      List<Key<?>> keys = new ArrayList<>(List.of(MAX_UPGRADE_DISTANCE));
      keys.addAll(UPGRADE_QUOTA_BUCKET);
      keys.addAll(List.of(UPGRADE_QUOTA_DEFAULT, UPGRADE_QUOTAS));
      return keys;
    }

    /** The key of a bucket's own quota, if it has one. */
    static Optional<Key<Integer>> quota(int bucket) {
      return bucket < NAMED_QUOTAS ? Optional.of(UPGRADE_QUOTA_BUCKET.get(bucket)) : Optional.empty();
    }

    private AtLeast() {}
  }

  private BucketKeys() {}
}
