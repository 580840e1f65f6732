// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.routing.ApiKey;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.servers.PostgresServer;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class RegistryTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static PostgresServer server;
  private static HikariDataSource source;

  private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
  private final AtomicInteger ids = new AtomicInteger();
  private Registry registry;
  private KeyRegistry keys;
  private Audit audit;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.database();
    var config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl());
    config.setMaximumPoolSize(8);
    source = new HikariDataSource(config);
    server.migrate();
  }

  @AfterAll
  static void stop() throws Exception {
    source.close();
    server.close();
  }

  @BeforeEach
  void empty() throws Exception {
    try (var connection = source.getConnection(); var statement = connection.createStatement()) {
      statement.execute("TRUNCATE organisations, accounts, api_keys, routing_rules, quotas, time_windows, usage, audit RESTART IDENTITY CASCADE");
    }
    Changes changes =
        new Changes() {
          @Override
          public void keyChanged(KeyFingerprint fingerprint) {
            heard.add("key " + fingerprint);
          }

          @Override
          public void rulesChanged() {
            heard.add("rules");
          }

          @Override
          public void quotasChanged() {
            heard.add("quotas");
          }

          @Override
          public void windowsChanged() {
            heard.add("windows");
          }
        };
    registry = new Registry(source, RowCheck.levels(5), changes, () -> Integer.toString(ids.incrementAndGet()));
    Pepper pepper = Pepper.parse("ab".repeat(32)).orElseThrow();
    keys = new KeyRegistry(registry, new KeyMint(pepper, new SecureRandom()));
    audit = new Audit(source);
  }

  @Test
  void aRowIsStoredWithDefaultsAndReadBack() {
    Row row = create(Entities.ACCOUNTS, "{'id':'acme'}");

    assertThat(row.version()).isEqualTo(1);
    assertThat(row.json().get("status").stringValue()).isEqualTo("active");
    assertThat(row.json().get("time_zone").stringValue()).isEqualTo("UTC");
    assertThat(row.json().get("team").isNull()).isTrue();
    assertThat(registry.find(Entities.ACCOUNTS, "acme")).isEqualTo(new Outcome.Stored(row));
    assertThat(registry.find(Entities.ACCOUNTS, "nobody")).isInstanceOf(Outcome.Unknown.class);
    assertThat(registry.find(Entities.ACCOUNTS, "a\0b")).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void everyFieldOfEveryEntityIsStored() {
    create(Entities.ORGANISATIONS, "{'id':'org','name':'Große Firma','status':'suspended'}");
    create(Entities.ACCOUNTS, "{'id':'acme','name':'n','organisation':'org','team':'t','account_type':'x','status':'suspended','time_zone':'Europe/Berlin'}");
    stored("{'id':'k','account':'acme','environment':'e','tier':'premium','workload_tag':'batch','level':4,'weight':0.5,'tokens_per_second':12345678901,"
        + "'requests_per_second':7,'models':['llama-*'],'providers':['a','b'],'expires_at':'2027-01-01T00:00:00Z','status':'suspended','description':'d'}");
    create(Entities.RULES, "{'id':'r','priority_order':10,'match_organisation':'org','match_team':'t','match_tier':'premium','match_environment':'e','match_account_type':'x','match_workload_tag':'w',"
        + "'match_key':'web-.*','match_key_kind':'regex','level':1,'weight':2.5,'tokens_per_second':9,'requests_per_second':8,'max_depth':7,'max_wait_ms':6,"
        + "'quota_multiplier':1.5,'enabled':false,'description':'d'}");
    create(Entities.QUOTAS, "{'id':'q','scope':'account','subject':'acme','kind':'soft','unit':'money','amount':12.345678,'calendar':'day','time_zone':'Asia/Kathmandu',"
        + "'reset_day':28,'alert_percents':[50,100],'alert_webhook':'https://alerts.example.com/x?y=1','enabled':false,'description':'d'}");
    create(Entities.TIME_WINDOWS, "{'id':'w','rule':{'days':['mon'],'start':'22:00','weights':[1.25,2]},'enabled':false,'description':'d'}");

    for (Entity entity : Entities.ALL) {
      ObjectNode row = page(entity, ListQuery.all()).rows().getFirst();
      assertThat(row.properties()).as(entity.name())
          .noneMatch(member -> member.getValue().isNull() && !member.getKey().equals("rotated_from") && !member.getKey().equals("revoked_at"));
    }
    assertThat(page(Entities.QUOTAS, ListQuery.all()).rows().getFirst().get("amount").decimalValue()).isEqualByComparingTo("12.345678");
    assertThat(heard).contains("rules", "quotas", "windows");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      account      | {'id':'a','name':'x\\u0000y'}                             | name
      account      | {'id':'a\\r\\nset-cookie: x'}                             | id
      account      | {'id':'ä'}                                                | id
      account      | {'id':'a','name':'left\\u202eright'}                      | name
      account      | {'id':'a','name':'\\ud800'}                               | name
      account      | {'id':7}                                                  | id
      account      | {'id':'a','time_zone':'Mars/Olympus'}                     | time_zone
      account      | {'id':'a','organisation':'nobody'}                        | organisation
      account      | {'id':'a','stauts':'active'}                              | stauts
      account      | {'id':'a','version':3}                                    | version
      account      | {}                                                        | id
      key          | {'account':'nobody'}                                      | account
      key          | {'account':'a','level':5}                                 | level
      key          | {'account':'a','level':-1}                                | level
      key          | {'account':'a','level':1.5}                               | level
      key          | {'account':'a','level':'1'}                               | level
      key          | {'account':'a','weight':0}                                | weight
      key          | {'account':'a','weight':1e999999999}                      | weight
      key          | {'account':'a','models':['a\\nb']}                        | models[0]
      key          | {'account':'a','models':'all'}                            | models
      key          | {'account':'a','status':'revoked'}                        | status
      key          | {'account':'a','expires_at':'tomorrow'}                   | expires_at
      key          | {'account':'a','prefix':'sk-sluice-'}                     | prefix
      key          | {'account':'a','fingerprint':'00'}                        | fingerprint
      key          | {'account':'a','tokens_per_second':99999999999999999999}  | tokens_per_second
      rule         | {'priority_order':1,'match_key':'a'}                      | match_key_kind
      rule         | {'priority_order':1,'match_key':'(','match_key_kind':'regex'} | match_key
      rule         | {'priority_order':1,'match_key':'a','match_key_kind':'glob'}  | match_key_kind
      rule         | {'priority_order':1,'level':19}                           | level
      rule         | {'level':1}                                               | priority_order
      quota        | {'scope':'account','subject':'a','kind':'hard','unit':'tokens','amount':-1}          | amount
      quota        | {'scope':'account','subject':'a','kind':'hard','unit':'tokens','amount':0.0000001}   | amount
      quota        | {'scope':'planet','subject':'a','kind':'hard','unit':'tokens','amount':1}            | scope
      time_window  | {'rule':'always'}                                         | rule
      """)
  void whatIsAtFaultIsNamed(String entity, String json, String field) {
    Outcome outcome =
        entity.equals("key") && keys.create(object(json), "root") instanceof KeyRegistry.Made.Failed failed
            ? failed.outcome()
            : registry.create(entity(entity), object(json), "root");

    assertThat(outcome).isInstanceOfSatisfying(
        Outcome.Refused.class, refused -> assertThat(refused.faults()).extracting(Fault::field).contains(field));
    assertThat(page(entity(entity), ListQuery.all()).rows()).isEmpty();
    assertThat(heard).isEmpty();
  }

  @Test
  void aMisspelledMemberIsAnsweredWithTheNearest() {
    Outcome outcome = registry.create(Entities.ACCOUNTS, object("{'id':'a','stauts':'active'}"), "root");

    assertThat(outcome).isInstanceOfSatisfying(
        Outcome.Refused.class, refused -> assertThat(refused.faults().getFirst().nearest()).contains("status"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://169.254.169.254/latest", "http://localhost/", "http://127.0.0.1:80/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://[::ffff:169.254.169.254]/",
      "ftp://example.com/", "file:///etc/passwd", "http://user:pw@example.com/", "http://metadata.google.internal/", "http://0177.0.0.1/", "http://127.1/", "http://a.localhost./", "gopher://x/",
      "http://100.100.100.200/", "http://0.0.0.0/", "//example.com/x", "http:///x", "http://example.com/#x", "http://exa mple.com/", "http://example.com/\n"})
  void aWebhookNeverLeadsIntoTheMachine(String url) {
    ObjectNode quota = object("{'scope':'account','subject':'a','kind':'hard','unit':'tokens','amount':1}").put("alert_webhook", url);

    assertThat(registry.create(Entities.QUOTAS, quota, "root")).isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://hooks.example.com/a", "http://10.0.0.7:9000/alerts", "http://alerts/x?y=z"})
  void aWebhookOfAnotherMachineIsGood(String url) {
    ObjectNode quota = object("{'scope':'account','subject':'a','kind':'hard','unit':'tokens','amount':1}").put("alert_webhook", url);

    assertThat(registry.create(Entities.QUOTAS, quota, "root")).isInstanceOf(Outcome.Stored.class);
  }

  @Test
  void aPatchChangesWhatItNamesAndNothingElse() {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    Row before = stored("{'id':'k','account':'acme','level':3,'weight':2.5,'models':['m'],'description':'d','expires_at':'2027-01-01T00:00:00Z'}").row();

    Row after = ((Outcome.Stored) registry.patch(Entities.KEYS, "k", 1, object("{'tier':'spot'}"), "root")).row();

    assertThat(after.version()).isEqualTo(2);
    ObjectNode expected = before.json().deepCopy();
    expected.put("tier", "spot");
    expected.put("version", 2L);
    expected.set("updated_at", after.json().get("updated_at"));
    assertThat(after.json()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      {'level':null}         | level       | null
      {'models':null}        | models      | []
      {'description':null}   | description | ""
      {'expires_at':null}    | expires_at  | null
      {'weight':null}        | weight      | null
      {'models':[]}          | models      | []
      """)
  void aNullClearsWhatMayBeEmpty(String patch, String field, String left) {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    stored("{'id':'k','account':'acme','level':3,'weight':2.5,'models':['m'],'description':'d','expires_at':'2027-01-01T00:00:00Z'}");

    Row after = ((Outcome.Stored) registry.patch(Entities.KEYS, "k", 1, object(patch), "root")).row();

    assertThat(after.json().get(field)).hasToString(left);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'account':'other'}", "{'id':'k2'}", "{'status':null}", "{'status':'revoked'}", "{'prefix':'x'}", "{'version':9}", "{'levle':1}", "{'level':7}", "{'level':'1'}"})
  void aPatchIsRefusedWhole(String patch) {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    Row before = stored("{'id':'k','account':'acme'}").row();
    ObjectNode both = object(patch).put("tier", "premium");

    assertThat(registry.patch(Entities.KEYS, "k", 1, both, "root")).isInstanceOf(Outcome.Refused.class);
    assertThat(registry.find(Entities.KEYS, "k")).isEqualTo(new Outcome.Stored(before));
  }

  @Test
  void aPatchMayNotBreakWhatHoldsBetweenFields() {
    create(Entities.RULES, "{'id':'r','priority_order':1,'match_key':'a','match_key_kind':'prefix'}");

    assertThat(registry.patch(Entities.RULES, "r", 1, object("{'match_key':null}"), "root")).isInstanceOf(Outcome.Refused.class);
    assertThat(registry.patch(Entities.RULES, "r", 1, object("{'match_key':'[','match_key_kind':'regex'}"), "root")).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void aDocumentIsMergedMemberByMember() {
    create(Entities.TIME_WINDOWS, "{'id':'w','rule':{'start':'22:00','end':'06:00','weights':{'a':1,'b':2}}}");

    Row after = ((Outcome.Stored) registry.patch(Entities.TIME_WINDOWS, "w", 1, object("{'rule':{'end':null,'weights':{'b':3}}}"), "root")).row();

    assertThat(after.json().get("rule")).isEqualTo(object("{'start':'22:00','weights':{'a':1,'b':3}}"));
  }

  @Test
  void aStaleVersionChangesNothing() {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    registry.patch(Entities.ACCOUNTS, "acme", 1, object("{'team':'x'}"), "root");

    assertThat(registry.patch(Entities.ACCOUNTS, "acme", 1, object("{'team':'y'}"), "root")).isEqualTo(new Outcome.Stale(2));
    assertThat(registry.remove(Entities.ACCOUNTS, "acme", 1, "root")).isEqualTo(new Outcome.Stale(2));
  }

  @Test
  void ofManyWhoChangeOneVersionOneSucceeds() throws Exception {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    var start = new CountDownLatch(1);
    var attempts = new ArrayList<Callable<Outcome>>();
    for (int i = 0; i < 16; i++) {
      ObjectNode patch = RowJson.object().put("team", "t" + i);
      attempts.add(
          () -> {
            start.await();
            return registry.patch(Entities.ACCOUNTS, "acme", 1, patch, "root");
          });
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Outcome>> running = attempts.stream().map(threads::submit).toList();
      start.countDown();
      var outcomes = new ArrayList<Outcome>();
      for (Future<Outcome> future : running) {
        outcomes.add(future.get());
      }
      assertThat(outcomes).filteredOn(Outcome.Stored.class::isInstance).hasSize(1);
      assertThat(outcomes).filteredOn(Outcome.Stale.class::isInstance).hasSize(15);
    }
    assertThat(audits()).hasSize(2);
  }

  @Test
  void idsInUseAndRowsInUseAreConflicts() {
    create(Entities.ORGANISATIONS, "{'id':'org','name':'o'}");
    create(Entities.ACCOUNTS, "{'id':'acme','organisation':'org'}");

    assertThat(registry.create(Entities.ACCOUNTS, object("{'id':'acme'}"), "root")).isEqualTo(new Outcome.Conflict("a row with this id exists already"));
    assertThat(registry.remove(Entities.ORGANISATIONS, "org", 1, "root")).isInstanceOf(Outcome.Conflict.class);
    assertThat(registry.remove(Entities.ACCOUNTS, "acme", 1, "root")).isInstanceOf(Outcome.Removed.class);
    assertThat(registry.remove(Entities.ORGANISATIONS, "org", 1, "root")).isInstanceOf(Outcome.Removed.class);
  }

  @Test
  void everyChangeHasItsAuditRow() {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    registry.patch(Entities.ACCOUNTS, "acme", 1, object("{'team':'x'}"), "ann");
    registry.patch(Entities.ACCOUNTS, "acme", 1, object("{'team':'y'}"), "ann");
    registry.remove(Entities.ACCOUNTS, "acme", 2, "bob");

    List<ObjectNode> rows = audits();
    assertThat(rows).extracting(row -> row.get("action").stringValue() + " " + row.get("actor").stringValue())
        .containsExactly("remove bob", "change ann", "create root");
    assertThat(rows.get(1).at("/before/team").isNull()).isTrue();
    assertThat(rows.get(1).at("/after/team").stringValue()).isEqualTo("x");
    assertThat(rows.get(0).get("after").isNull()).isTrue();
    assertThat(((Listing.Page) audit.list(new ListQuery(Map.of("actor", "ann"), Optional.empty(), 10))).rows()).hasSize(1);
    assertThat(audit.list(new ListQuery(Map.of("actro", "ann"), Optional.empty(), 10))).isInstanceOf(Listing.Refused.class);
  }

  @Test
  void pagesJoinWithoutGapOrRepetition() {
    for (int i = 0; i < 23; i++) {
      create(Entities.RULES, "{'id':'r" + i + "','priority_order':" + i % 4 + "}");
    }
    var seen = new ArrayList<String>();
    Optional<String> cursor = Optional.empty();
    do {
      Listing.Page page = page(Entities.RULES, new ListQuery(Map.of(), cursor, 5));
      page.rows().forEach(row -> seen.add(row.get("priority_order").intValue() + row.get("id").stringValue()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(seen).hasSize(23).doesNotHaveDuplicates().isSorted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "W10", "WyJhIl0", "WzEsImFcdTAwMDAiXQ", "bm90IGpzb24"})
  void aMadeUpCursorIsRefused(String cursor) {
    assertThat(registry.list(Entities.RULES, new ListQuery(Map.of(), Optional.of(cursor), 5))).isInstanceOf(Listing.Refused.class);
  }

  @Test
  void rotationLetsBothKeysWorkForATime() {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    KeyRegistry.Made.Key old = stored("{'id':'k','account':'acme','level':2,'models':['m']}");
    KeyRegistry.Made.Key fresh = (KeyRegistry.Made.Key) keys.rotate("k", Duration.ofHours(1), Optional.of(1L), NOW, "root");

    assertThat(fresh.row().json().get("rotated_from").stringValue()).isEqualTo("k");
    assertThat(fresh.row().json().get("level").intValue()).isEqualTo(2);
    assertThat(fresh.row().json().get("expires_at").isNull()).isTrue();
    Row ending = ((Outcome.Stored) registry.find(Entities.KEYS, "k")).row();
    assertThat(ending.json().get("expires_at").stringValue()).isEqualTo("2026-11-24T13:00:00Z");
    assertThat(heard).contains("key " + old.minted().fingerprint());
    assertThat(keys.rotate("k", Duration.ZERO, Optional.empty(), NOW, "root")).isInstanceOfSatisfying(
        KeyRegistry.Made.Failed.class, failed -> assertThat(failed.outcome()).isInstanceOf(Outcome.Conflict.class));
    assertThat(keys.rotate("k", Duration.ZERO, Optional.of(1L), NOW, "root")).isEqualTo(new KeyRegistry.Made.Failed(new Outcome.Stale(2)));
  }

  @Test
  void aRotatedKeyNeverLivesLonger() {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    stored("{'id':'k','account':'acme','expires_at':'2026-11-24T12:10:00Z'}");
    keys.rotate("k", Duration.ofHours(1), Optional.empty(), NOW, "root");

    Row ending = ((Outcome.Stored) registry.find(Entities.KEYS, "k")).row();
    assertThat(ending.json().get("expires_at").stringValue()).isEqualTo("2026-11-24T12:10:00Z");
  }

  @Test
  void aRevocationIsForGood() {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    KeyRegistry.Made.Key made = stored("{'id':'k','account':'acme'}");
    heard.clear();
    Row revoked = ((Outcome.Stored) keys.revoke("k", NOW, "root")).row();

    assertThat(revoked.json().get("status").stringValue()).isEqualTo("revoked");
    assertThat(revoked.json().get("revoked_at").stringValue()).isEqualTo(NOW.toString());
    assertThat(heard).containsExactly("key " + made.minted().fingerprint());
    assertThat(registry.patch(Entities.KEYS, "k", 2, object("{'status':'active'}"), "root")).isInstanceOf(Outcome.Conflict.class);
    assertThat(keys.revoke("k", NOW, "root")).isEqualTo(new Outcome.Stored(revoked));
    assertThat(keys.revoke("nobody", NOW, "root")).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void suspendingAnAccountOrItsOrganisationIsNewsOfItsKeys() {
    create(Entities.ORGANISATIONS, "{'id':'org','name':'o'}");
    create(Entities.ACCOUNTS, "{'id':'acme','organisation':'org'}");
    String key = "key " + stored("{'account':'acme'}").minted().fingerprint();
    heard.clear();
    registry.patch(Entities.ACCOUNTS, "acme", 1, object("{'status':'suspended'}"), "root");
    registry.patch(Entities.ORGANISATIONS, "org", 1, object("{'status':'suspended'}"), "root");

    assertThat(heard).containsExactly(key, key);
  }

  @Test
  void theSecretOfAKeyIsNowhereInTheDatabase() throws Exception {
    create(Entities.ACCOUNTS, "{'id':'acme'}");
    var secrets = new ArrayList<String>();
    secrets.add(stored("{'id':'k','account':'acme'}").minted().reveal());
    secrets.add(((KeyRegistry.Made.Key) keys.rotate("k", Duration.ZERO, Optional.empty(), NOW, "root")).minted().reveal());
    keys.revoke("k", NOW, "root");

    String dump = dump();
    assertThat(dump).contains("sk-sluice-");
    for (String secret : secrets) {
      assertThat(ApiKey.of(secret)).isPresent();
      assertThat(dump).doesNotContain(secret.substring(KeyMint.SHOWN_CHARS));
    }
  }

  @Test
  void usageIsSummedByWhatIsAskedFor() throws Exception {
    try (var connection = source.getConnection(); var statement = connection.createStatement()) {
      for (int i = 0; i < 12; i++) {
        statement.execute("INSERT INTO usage (lease, at, key_id, account, model, provider, lane, input_tokens, output_tokens, cost) VALUES ('l" + i + "', '2026-11-"
            + (10 + i % 3) + "T10:00:00Z', 'k', 'acc" + i % 2 + "', 'm', 'p', 1, 100, 10, 0.000001)");
      }
    }
    var report = new UsageReport(source);
    Instant from = Instant.parse("2026-11-01T00:00:00Z");
    Instant to = Instant.parse("2026-12-01T00:00:00Z");

    Listing.Page all = (Listing.Page) report.sums(from, to, List.of(), ListQuery.all());
    assertThat(all.rows()).singleElement().satisfies(row -> {
      assertThat(row.get("requests").intValue()).isEqualTo(12);
      assertThat(row.get("input_tokens").intValue()).isEqualTo(1200);
      assertThat(row.get("cost").decimalValue()).isEqualByComparingTo("0.000012");
    });
    Listing.Page first = (Listing.Page) report.sums(from, to, List.of("account", "day"), new ListQuery(Map.of(), Optional.empty(), 4));
    Listing.Page second = (Listing.Page) report.sums(from, to, List.of("account", "day"), new ListQuery(Map.of(), first.next(), 4));
    assertThat(first.rows()).hasSize(4);
    assertThat(second.rows()).hasSize(2);
    assertThat(second.rows().getLast().get("account").stringValue() + second.rows().getLast().get("day").stringValue()).isEqualTo("acc12026-11-12");
    assertThat(report.sums(from, to, List.of("pasword"), ListQuery.all())).isInstanceOf(Listing.Refused.class);
    assertThat(report.sums(from, to, List.of("day"), new ListQuery(Map.of("model; DROP TABLE usage", "x"), Optional.empty(), 4))).isInstanceOf(Listing.Refused.class);
  }

  @Test
  void aDatabaseThatCannotBeReachedIsAnAnswer() {
    var config = new HikariConfig();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/none");
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(250);
    try (var gone = new HikariDataSource(config)) {
      var lost = new Registry(gone, RowCheck.NONE, Changes.NONE, () -> "1");

      assertThat(lost.create(Entities.ACCOUNTS, object("{'id':'a'}"), "root")).isInstanceOf(Outcome.Unavailable.class);
      assertThat(lost.list(Entities.ACCOUNTS, ListQuery.all())).isInstanceOf(Listing.Unavailable.class);
    }
  }

  private static String dump() throws SQLException {
    var dump = new StringBuilder();
    try (var connection = source.getConnection(); var statement = connection.createStatement()) {
      for (String table : List.of("organisations", "accounts", "api_keys", "routing_rules", "quotas", "time_windows", "usage", "audit")) {
        try (var rows = statement.executeQuery("SELECT t::text, row_to_json(t)::text FROM " + table + " t")) {
          while (rows.next()) {
            dump.append(rows.getString(1)).append(rows.getString(2)).append('\n');
          }
        }
      }
    }
    return dump.toString();
  }

  private Row create(Entity entity, String json) {
    Outcome outcome = registry.create(entity, object(json), "root");
    assertThat(outcome).isInstanceOf(Outcome.Stored.class);
    return ((Outcome.Stored) outcome).row();
  }

  private KeyRegistry.Made.Key stored(String json) {
    KeyRegistry.Made made = keys.create(object(json), "root");
    assertThat(made).isInstanceOf(KeyRegistry.Made.Key.class);
    return (KeyRegistry.Made.Key) made;
  }

  private Listing.Page page(Entity entity, ListQuery query) {
    Listing listing = registry.list(entity, query);
    assertThat(listing).isInstanceOf(Listing.Page.class);
    return (Listing.Page) listing;
  }

  private List<ObjectNode> audits() {
    return ((Listing.Page) audit.list(ListQuery.all())).rows();
  }

  private static Entity entity(String name) {
    return Entities.ALL.stream().filter(entity -> entity.name().equals(name)).findFirst().orElseThrow();
  }

  private static ObjectNode object(String json) {
    JsonNode read = RowJson.read(json.replace('\'', '"'));
    return (ObjectNode) read;
  }
}
