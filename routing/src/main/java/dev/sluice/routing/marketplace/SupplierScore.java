// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.price.Price;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How good a supply is for one request, 0..1. Pure.
 *
 * <p>A weighted sum of terms that are each cut to 0..1, so that no absurd figure of one supplier outweighs the rest: what the
 * request costs there, as part of what it may cost; latency, as part of five seconds, measured where the supplier was used before and promised
 * otherwise; availability; throughput, as part of 50 000 tokens/s; how well the region is liked; load. What was lost at the supplier
 * lately scales the whole. The price is judged against the highest allowed for the model, so cheap and dear models are told apart
 * equally well.
 */
public final class SupplierScore {
  private static final double PRICE = 0.35;
  private static final double LATENCY = 0.25;
  private static final double AVAILABILITY = 0.15;
  private static final double THROUGHPUT = 0.10;
  private static final double REGION = 0.10;
  private static final double LOAD = 0.05;

  private static final double LATENCY_MILLIS = 5_000;
  private static final double TOKENS_PER_SECOND = 50_000;

  /** Supplies whose scores lie closer than this share the requests. */
  static final double JITTER = 0.05;

  private SupplierScore() {}

  /** What is known of a supplier from own use: milliseconds to the first token (below 0 if unknown), and the part that failed, 0..1. */
  public record Experience(double latencyMillis, double failed) {
    /** Nothing is known. */
    public static final Experience NONE = new Experience(-1, 0);
  }

  /** What own use says about suppliers. */
  @FunctionalInterface
  public interface Experiences {
    /** About the supplier behind an upstream. */
    Experience of(String upstream);
  }

  /** The score of a supply that {@code terms} allow. */
  public static double of(Supply supply, Demand demand, Terms terms, Experience experience) {
    Price most = terms.maxPrices().getOrDefault(supply.model(), Price.FREE);
    Supply.Quality quality = supply.quality();
    double latency = experience.latencyMillis() >= 0 ? experience.latencyMillis() : quality.latencyMillis();
    double score =
        PRICE * unit(1 - ratio(cost(supply.price(), demand), cost(most, demand)))
            + LATENCY * unit(1 - latency / LATENCY_MILLIS)
            + AVAILABILITY * unit(quality.availability())
            + THROUGHPUT * unit(quality.tokensPerSecond() / TOKENS_PER_SECOND)
            + REGION * region(supply.region(), terms.regions())
            + LOAD * unit(1 - quality.load());
    return score * unit(1 - experience.failed());
  }

  /** The supplies, the best first; those that are nearly as good as each other in random order. */
  public static List<Supply> ranked(List<Supply> supplies, Demand demand, Terms terms, Experiences experiences, RandomGenerator random) {
    record Scored(Supply supply, double score) {}
    List<Scored> scored = new ArrayList<>();
    for (Supply supply : supplies) {
      Experience experience = experiences.of(terms.upstreams().getOrDefault(supply.endpoint(), ""));
      scored.add(new Scored(supply, of(supply, demand, terms, experience) + random.nextDouble() * JITTER));
    }
    scored.sort(Comparator.comparingDouble(Scored::score).reversed());
    return scored.stream().map(Scored::supply).toList();
  }

  private static BigDecimal cost(Price price, Demand demand) {
    return price.cost(demand.inputTokens(), 0, demand.outputTokens());
  }

  private static double ratio(BigDecimal part, BigDecimal whole) {
    return whole.signum() == 0 ? 0 : part.divide(whole, MathContext.DECIMAL32).doubleValue();
  }

  /** 1 for the region liked best, a little less for each further one, 0.5 for those nobody named. */
  private static double region(String region, List<String> liked) {
    int place = liked.indexOf(region);
    return place < 0 ? (liked.isEmpty() ? 1 : 0.5) : 1 - 0.5 * place / liked.size();
  }

  private static double unit(double value) {
    return value >= 0 ? Math.min(1, value) : 0;
  }
}
