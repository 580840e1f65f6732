// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What of a key file's entry is to be different, and nothing else. Immutable.
 *
 * @param changes by the name of a member, its value as a key file has it; empty to have it removed
 */
public record KeyPatch(Map<String, Optional<String>> changes) {
  private static final Map<String, Function<KeyRecord, Object>> MEMBERS = members();

  /** The members that can be changed, in the order of their names. */
  public static final List<String> NAMES = List.copyOf(MEMBERS.keySet());

  private static final KeyFingerprint NOBODY = new KeyFingerprint(0, 0, 0, 0);

  public KeyPatch {
    changes = Map.copyOf(changes);
    for (String name : changes.keySet()) {
      if (!MEMBERS.containsKey(name)) {
        throw new IllegalArgumentException("changes: " + name + " (expected: some of " + NAMES + ")");
      }
    }
  }

  private static Map<String, Function<KeyRecord, Object>> members() {
    var members = new TreeMap<String, Function<KeyRecord, Object>>();
    members.put("organisation", key -> key.entitlement().traits().organisation());
    members.put("team", key -> key.entitlement().traits().team());
    members.put("environment", key -> key.entitlement().traits().environment());
    members.put("tier", key -> key.entitlement().traits().tier());
    members.put("account_type", key -> key.entitlement().traits().accountType());
    members.put("workload_tag", key -> key.entitlement().traits().workloadTag());
    members.put("level", key -> key.entitlement().terms().level());
    members.put("weight", key -> key.entitlement().terms().weight());
    members.put("tokens_per_second", key -> key.entitlement().terms().tokensPerSecond());
    members.put("requests_per_second", key -> key.entitlement().terms().requestsPerSecond());
    members.put("max_depth", key -> key.entitlement().terms().maxDepth());
    members.put("max_wait", key -> key.entitlement().terms().maxWait());
    members.put("models", key -> key.entitlement().models());
    members.put("providers", key -> key.entitlement().providers());
    members.put("expires_at", key -> key.entitlement().expiresAt());
    members.put("status", key -> key.entitlement().status());
    members.put("description", KeyRecord::description);
    return members;
  }

  /** Text as a key file has it. */
  public static String text(String value) {
    return Kinds.line(256).show(value);
  }

  /** A list as a key file has it. */
  public static String list(List<String> values) {
    return values.stream().map(KeyPatch::text).collect(Collectors.joining(", ", "[", "]"));
  }

  /** What a key that said nothing else would come to. */
  KeyRecord alone() throws ConfigException {
    var lines = new StringBuilder("keys:\n- id: x\n  account: x\n  hash: " + NOBODY.text() + "\n");
    new TreeMap<>(changes).forEach((name, value) -> value.ifPresent(text -> lines.append("  ").append(name).append(": ").append(text).append('\n')));
    var problems = new Problems();
    List<KeyRecord> records = KeyFileReader.read("", lines.toString(), problems);
    problems.throwIfAny();
    return records.getFirst();
  }

  /** Whether {@code after} is {@code before} with these changes. */
  boolean leads(KeyRecord before, KeyRecord after) throws ConfigException {
    KeyRecord wanted = alone();
    for (Map.Entry<String, Function<KeyRecord, Object>> member : MEMBERS.entrySet()) {
      KeyRecord like = changes.containsKey(member.getKey()) ? wanted : before;
      if (!Objects.equals(member.getValue().apply(like), member.getValue().apply(after))) {
        return false;
      }
    }
    Entitlement was = before.entitlement();
    Entitlement is = after.entitlement();
    return after.fingerprint().equals(before.fingerprint()) && is.keyId().equals(was.keyId()) && is.account().equals(was.account());
  }

  /** The change that withdraws a key. */
  static KeyPatch revocation() {
    return new KeyPatch(Map.of("status", Optional.of("revoked")));
  }

  /** The same members of a patch in the order of their names. */
  Map<String, Optional<String>> ordered() {
    return new LinkedHashMap<>(new TreeMap<>(changes));
  }
}
