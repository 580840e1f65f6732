// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.plugin.AdminPort.Ask;
import dev.sluice.plugin.AdminPort.Reply;
import dev.sluice.plugin.admin.api.OpenApi;
import dev.sluice.plugin.admin.api.Route;
import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.database.Schema;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.RejectReason;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WorkRequest;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class AdminApiTest {
  private static final Path OPENAPI = Path.of("../docs/openapi.yaml");
  private static PostgresServer server;
  private static HikariDataSource source;

  @TempDir private Path folder;
  private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
  private AdminPort port;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.database();
    var config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl());
    source = new HikariDataSource(config);
    Schema.migrate(source);
  }

  @AfterAll
  static void stop() throws Exception {
    source.close();
    server.close();
  }

  @BeforeEach
  void open() throws Exception {
    try (var connection = source.getConnection(); var statement = connection.createStatement()) {
      statement.execute("TRUNCATE organisations, accounts, api_keys, routing_rules, quotas, time_windows, usage, audit RESTART IDENTITY CASCADE");
    }
    Changes changes =
        new Changes() {
          @Override
          public void keyChanged(KeyFingerprint fingerprint) {
            heard.add("key");
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
    port = AdminPort.open(folder, Optional.of(source), changes);
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void everyRouteAsksForTheKeyThatItsAccessSays() throws Exception {
    var wrong = new ArrayList<String>();
    for (Route route : port.routes) {
      String path = route.template().replace("{id}", "x");
      Ask ask = Ask.of(route.method(), path);
      boolean open = route.access() == Access.OPEN;
      expect(wrong, open ? 200 : 401, ask.as(""));
      expect(wrong, open ? 200 : 401, ask.as("some-wrong-key"));
      port.nanos.addAndGet(60_000_000_000L);
      if (route.access() == Access.WRITE) {
        expect(wrong, 403, ask.as(AdminPort.READER));
      } else {
        assertThat(port.send(ask.as(AdminPort.READER)).status()).as(path).isNotIn(401, 403);
      }
    }
    assertThat(wrong).isEmpty();
    expect(wrong, 401, Ask.of("GET", "/v1/nothing").as(""));
    assertThat(wrong).isEmpty();
  }

  private void expect(List<String> wrong, int status, Ask ask) throws Exception {
    Reply reply = port.send(ask);
    if (reply.status() != status) {
      wrong.add(ask.method() + " " + ask.path() + ": " + reply.status() + " (expected: " + status + ")");
    }
  }

  @Test
  void withoutConfiguredKeysThereAreViewsButNoAdministration() throws Exception {
    try (AdminPort keyless = AdminPort.withoutKeys(Files.createDirectory(folder.resolve("keyless")))) {
      for (Route route : keyless.routes) {
        int status = keyless.send(Ask.of(route.method(), route.template().replace("{id}", "x")).as("")).status();
        boolean view = route.access() == Access.OPEN || route.access() == Access.VIEW;
        assertThat(status).as(route.method() + " " + route.template()).isEqualTo(view ? 200 : 403);
      }
    }
  }

  @Test
  void tryingKeysIsSlowedDown() throws Exception {
    int told = 0;
    int limited = 0;
    int keptOut = 0;
    String right = AdminPort.READER;
    for (int i = 0; i < 1_000; i++) {
      // Strange keys, and such that are nearly right.
      String guess = i % 2 == 0 ? "guess-" + i : right.substring(0, right.length() - 1) + (char) ('A' + i % 26);
      int status = port.send(Ask.of("GET", "/v1/keys").as(guess)).status();
      told += status == 401 ? 1 : 0;
      limited += status == 429 ? 1 : 0;
      keptOut += i % 10 > 0 || port.send(Ask.of("GET", "/v1/keys").as(right)).status() == 200 ? 0 : 1;
    }
    System.out.println("figure: wrong admin keys answered 401 in 1 000 guesses at once | " + told + " | <= 10 | " + (told <= 10 ? "pass" : "short") + " | AdminApiTest");
    System.out.println("figure: right admin keys kept out by guesses of the same address | " + keptOut + " | = 0 | " + (keptOut == 0 ? "pass" : "short") + " | AdminApiTest");
    assertThat(told).isEqualTo(10);
    assertThat(limited).isEqualTo(990);
    assertThat(keptOut).isZero();
    Reply locked = port.send(Ask.of("GET", "/v1/keys").as("guess"));
    assertThat(locked.status()).isEqualTo(429);
    assertThat(locked.header("Retry-After")).isEqualTo("6");
    assertThat(port.send(Ask.of("GET", "/healthz").as("")).status()).isEqualTo(200);
    port.nanos.addAndGet(6_000_000_000L);
    assertThat(port.send(Ask.of("GET", "/v1/keys").as("guess")).status()).isEqualTo(401);
  }

  @Test
  void aKeyIsMadeReadRotatedAndRevoked() throws Exception {
    post("/v1/accounts", "{'id':'acme'}");
    Reply made = port.send(Ask.of("POST", "/v1/keys").with("{'account':'acme','level':3,'models':['m']}"));

    assertThat(made.status()).isEqualTo(201);
    String id = made.json().get("id").stringValue();
    String secret = made.json().get("secret").stringValue();
    assertThat(made.header("Location")).isEqualTo("/v1/keys/" + id);
    assertThat(made.header("ETag")).isEqualTo("\"1\"");
    Reply read = port.send(Ask.of("GET", "/v1/keys/" + id));
    assertThat(read.text()).doesNotContain(secret).contains("sk-sluice-");
    Reply rotated = port.send(Ask.of("POST", "/v1/keys/" + id + "/rotate").with("{'overlap':'1h'}"));
    assertThat(rotated.status()).isEqualTo(201);
    assertThat(rotated.json().get("rotated_from").stringValue()).isEqualTo(id);
    assertThat(port.send(Ask.of("GET", "/v1/keys/" + id)).json().get("expires_at").stringValue()).isEqualTo("2026-11-24T13:00:00Z");
    assertThat(port.send(Ask.of("POST", "/v1/keys/" + id + "/revoke")).json().get("status").stringValue()).isEqualTo("revoked");
    assertThat(port.send(Ask.of("PATCH", "/v1/keys/" + id).with("{'status':'active'}").at("\"3\"")).status()).isEqualTo(409);
    assertThat(port.send(Ask.of("GET", "/v1/keys?account=acme&status=revoked")).json().get("items")).hasSize(1);
    assertThat(heard).containsOnly("key").hasSizeGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      {'overlap':'400d'}  | overlap
      {'overlap':-1}      | overlap
      {'overlpa':'1h'}    | overlpa
      """)
  void aRotationSaysWhatIsWrong(String body, String field) throws Exception {
    post("/v1/accounts", "{'id':'acme'}");
    post("/v1/keys", "{'id':'k','account':'acme'}");
    Reply reply = port.send(Ask.of("POST", "/v1/keys/k/rotate").with(body));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.json().at("/errors/0/field").stringValue()).isEqualTo(field);
  }

  @Test
  void changesNeedTheVersionThatWasRead() throws Exception {
    Reply made = port.send(Ask.of("POST", "/v1/accounts").with("{'id':'acme','team':'x'}"));
    Ask patch = Ask.of("PATCH", "/v1/accounts/acme").with("{'name':'Acme'}");

    assertThat(port.send(patch).status()).isEqualTo(428);
    assertThat(port.send(patch.at("*")).status()).isEqualTo(422);
    Reply changed = port.send(patch.at(made.header("ETag")).typed("application/merge-patch+json"));
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.json().get("team").stringValue()).isEqualTo("x");
    assertThat(changed.header("ETag")).isEqualTo("\"2\"");
    Reply stale = port.send(patch.at(made.header("ETag")));
    assertThat(stale.status()).isEqualTo(412);
    assertThat(stale.header("ETag")).isEqualTo("\"2\"");
    assertThat(port.send(Ask.of("DELETE", "/v1/accounts/acme")).status()).isEqualTo(428);
    assertThat(port.send(Ask.of("DELETE", "/v1/accounts/acme").at("\"2\"")).status()).isEqualTo(204);
    assertThat(port.send(Ask.of("GET", "/v1/accounts/acme")).status()).isEqualTo(404);
  }

  @Test
  void everyKindOfRowIsMadeListedChangedAndRemoved() throws Exception {
    String[][] rows = {
      {"/v1/organisations", "{'id':'r','name':'n'}", "{'name':'other'}"},
      {"/v1/accounts", "{'id':'r'}", "{'team':'t'}"},
      {"/v1/rules", "{'id':'r','priority_order':1,'level':0}", "{'level':null}"},
      {"/v1/quotas", "{'id':'r','scope':'account','subject':'a','kind':'hard','unit':'tokens','amount':5}", "{'amount':6.5}"},
      {"/v1/time-windows", "{'id':'r','rule':{'start':'22:00'}}", "{'enabled':false}"}
    };
    for (String[] row : rows) {
      Reply made = port.send(Ask.of("POST", row[0]).with(row[1]));
      assertThat(made.status()).as(made.text()).isEqualTo(201);
      assertThat(port.send(Ask.of("POST", row[0]).with(row[1])).status()).isEqualTo(409);
      assertThat(port.send(Ask.of("GET", row[0])).json().get("items")).hasSize(1);
      Reply changed = port.send(Ask.of("PATCH", row[0] + "/r").with(row[2]).at("\"1\""));
      assertThat(changed.status()).as(changed.text()).isEqualTo(200);
      assertThat(port.send(Ask.of("DELETE", row[0] + "/r").at("\"2\"")).status()).isEqualTo(204);
    }
    assertThat(heard).contains("rules", "quotas", "windows");
    Reply audit = port.send(Ask.of("GET", "/v1/audit?limit=500").as(AdminPort.READER));
    assertThat(audit.json().get("items")).hasSize(15).allMatch(item -> item.get("actor").stringValue().equals("ann"));
  }

  @Test
  void aProblemNamesFieldValueExpectationAndTheNearestName() throws Exception {
    Reply reply = port.send(Ask.of("POST", "/v1/accounts").with("{'id':'a','time_zone':'Mars','stauts':'x','actor':'me'}"));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(reply.json().at("/title").stringValue()).isEqualTo("Unprocessable Content");
    assertThat(reply.json().at("/errors")).hasSize(3);
    assertThat(reply.json().at("/errors/0")).hasToString("{\"field\":\"time_zone\",\"value\":\"Mars\",\"expected\":\"a time zone such as Europe/Berlin\"}");
    assertThat(reply.json().at("/errors/1/nearest").stringValue()).isEqualTo("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "7", "null", "{'id':'a','id':'b'}", "{'id':'a'} x"})
  void aBodyThatIsNoObjectIsRefused(String body) throws Exception {
    assertThat(port.send(Ask.of("POST", "/v1/accounts").with(body)).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json5"})
  void onlyJsonIsTaken(String type) throws Exception {
    assertThat(port.send(Ask.of("POST", "/v1/accounts").with("{'id':'a'}").typed(type)).status()).isEqualTo(415);
    assertThat(port.send(Ask.of("GET", "/v1/accounts")).json().get("items")).isEmpty();
  }

  @Test
  void pathsAndMethodsThatAreNotAreToldSo() throws Exception {
    assertThat(port.send(Ask.of("GET", "/v1/acounts")).json().get("detail").stringValue()).contains("did you mean /v1/accounts?");
    Reply method = port.send(Ask.of("PUT", "/v1/accounts"));
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.header("Allow")).isEqualTo("GET, POST");
    assertThat(port.send(Ask.of("GET", "/v1/accounts/%00")).status()).isEqualTo(404);
    assertThat(port.send(Ask.of("GET", "/v1/accounts?limit=0")).status()).isEqualTo(422);
    assertThat(port.send(Ask.of("GET", "/v1/accounts?limt=5")).json().at("/errors/0/field").stringValue()).isEqualTo("limt");
    assertThat(port.send(Ask.of("GET", "/v1/accounts?cursor=AAAA")).status()).isEqualTo(422);
    assertThat(port.send(Ask.of("GET", "/v1/usage?from=yesterday")).status()).isEqualTo(422);
    assertThat(port.send(Ask.of("GET", "/v1/usage?group_by=account,day")).status()).isEqualTo(200);
    assertThat(port.send(Ask.of("GET", "/v1/snapshot")).status()).isEqualTo(501);
  }

  @Test
  void answersKeepTheOrderOfPipelinedRequests() throws Exception {
    String auth = "Host: x\r\nAuthorization: Bearer " + AdminPort.WRITER + "\r\n\r\n";
    try (Socket socket = new Socket("127.0.0.1", port.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(("GET /v1/accounts HTTP/1.1\r\n" + auth + "GET /healthz HTTP/1.1\r\n" + auth + "GET /v1/keys/none HTTP/1.1\r\nConnection: close\r\n" + auth)
          .getBytes(StandardCharsets.US_ASCII));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(Pattern.compile("HTTP/1.1 ([0-9]+)").matcher(all).results().map(match -> match.group(1))).containsExactly("200", "200", "404");
      assertThat(all.indexOf("items")).isLessThan(all.indexOf("ok\n")).isPositive();
    }
  }

  @Test
  void aDecisionSaysWhereAndWhy() throws Exception {
    post("/v1/accounts", "{'id':'acme'}");
    post("/v1/keys", "{'id':'k','account':'acme','level':1}");
    post("/v1/quotas", "{'id':'q','scope':'account','subject':'acme','kind':'hard','unit':'tokens','amount':5}");
    JsonNode plain = decide("{'key':'k','model':'alias','prompt_tokens':9000}");

    assertThat(plain.get("outcome").stringValue()).isEqualTo("placed");
    assertThat(plain.get("lane").intValue()).isEqualTo(1);
    assertThat(plain.at("/because")).hasToString("[{\"source\":\"key\",\"level\":1}]");
    assertThat(plain.at("/pool").stringValue()).isEqualTo("m");
    assertThat(plain.at("/providers/0/fits_context").booleanValue()).isFalse();
    assertThat(plain.at("/providers/1/fits_context").booleanValue()).isTrue();
    assertThat(plain.at("/quotas/0/id").stringValue()).isEqualTo("q");
    JsonNode lowered = decide("{'key':'k','model':'m','service_tier':'flex','headers':{'X-Sluice-Priority':'3'}}");
    assertThat(lowered.at("/because").toString()).contains("header x-sluice-priority", "service_tier flex");
    assertThat(lowered.get("lane").intValue()).isEqualTo(4);
    assertThat(decide("{'account':'other','model':'m'}").at("/because/0/source").stringValue()).isEqualTo("scheduler.default_priority");
    assertThat(decide("{'key':'k','model':'m','headers':{'x-sluice-priority':['1','2']}}").get("reason").stringValue()).isEqualTo("ambiguous_request");
    assertThat(decide("{'key':'k','model':'none'}").get("reason").stringValue()).isEqualTo("model_not_found");
    port.send(Ask.of("PATCH", "/v1/accounts/acme").with("{'status':'suspended'}").at("\"1\""));
    assertThat(decide("{'key':'k','model':'m'}").get("reason").stringValue()).isEqualTo("account_suspended");
    assertThat(port.send(Ask.of("POST", "/v1/decision").with("{'key':'nobody','model':'m'}")).status()).isEqualTo(404);
    assertThat(port.send(Ask.of("POST", "/v1/decision").with("{'key':'k','account':'a','peer':'example.com','traits':{'teir':'x'}}")).json().at("/errors")).hasSize(3);
  }

  private JsonNode decide(String body) throws Exception {
    Reply reply = port.send(Ask.of("POST", "/v1/decision").as(AdminPort.READER).with(body));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  @Test
  void withoutADatabaseKeysAreInTheFileAndTheRestIsNotThere() throws Exception {
    try (AdminPort files = AdminPort.open(Files.createDirectory(folder.resolve("files")), Optional.empty(), Changes.NONE)) {
      Reply made = files.send(Ask.of("POST", "/v1/keys").with("{'account':'acme','level':1,'models':['a','b'],'expires_at':'2027-01-31T12:00:00Z','description':'d'}"));
      assertThat(made.status()).as(made.text()).isEqualTo(201);
      assertThat(made.json().get("secret").stringValue()).startsWith("sk-sluice-");
      assertThat(files.send(Ask.of("POST", "/v1/keys").with("{'id':'acme-1','account':'acme'}")).status()).isEqualTo(409);
      assertThat(files.send(Ask.of("POST", "/v1/keys").with("{'account':'a b','level':77,'tier':'x'}")).status()).isEqualTo(422);
      assertThat(files.send(Ask.of("GET", "/v1/keys?limit=1")).json().at("/items/0/models")).hasSize(2);
      assertThat(files.send(Ask.of("GET", "/v1/keys/acme-1")).text()).doesNotContain("secret", "hmac");
      assertThat(decided(files, "{'key':'acme-1','model':'m'}").get("reason").stringValue()).isEqualTo("model_not_allowed");
      assertThat(files.send(Ask.of("PATCH", "/v1/keys/acme-1").with("{'level':0}")).status()).isEqualTo(428);
      assertThat(files.send(Ask.of("PATCH", "/v1/keys/acme-1").with("{'level':0}").at("\"1\"")).status()).isEqualTo(412);
      String seen = files.send(Ask.of("GET", "/v1/keys/acme-1")).header("ETag");
      assertThat(made.header("ETag")).isEqualTo(seen);
      Reply changed = files.send(Ask.of("PATCH", "/v1/keys/acme-1").with("{'level':0,'tier':'spot','expires_at':null,'weight':2.5}").at(seen));
      assertThat(changed.status()).as(changed.text()).isEqualTo(200);
      assertThat(changed.json().get("level").intValue()).isZero();
      assertThat(changed.json().get("tier").stringValue()).isEqualTo("spot");
      assertThat(changed.json().get("weight").doubleValue()).isEqualTo(2.5);
      assertThat(changed.json().has("expires_at")).isFalse();
      assertThat(changed.json().get("models")).as("what is not named stays").hasSize(2);
      assertThat(files.send(Ask.of("PATCH", "/v1/keys/acme-1").with("{'level':1}").at(seen)).status()).as("changed since").isEqualTo(412);
      String now = changed.header("ETag");
      for (String bad : List.of("{'level':77}", "{'levle':1}", "{'account':'x'}", "{'status':'revoked'}", "{'status':null}", "{'models':'a b'}", "{'level':true}")) {
        assertThat(files.send(Ask.of("PATCH", "/v1/keys/acme-1").with(bad).at(now)).status()).as(bad).isEqualTo(422);
      }
      assertThat(files.send(Ask.of("POST", "/v1/keys/acme-1/rotate").with("{'overlap':'1h'}").at(seen)).status()).isEqualTo(412);
      Reply rotated = files.send(Ask.of("POST", "/v1/keys/acme-1/rotate").with("{'overlap':'1h'}").at(now));
      assertThat(rotated.status()).as(rotated.text()).isEqualTo(201);
      assertThat(rotated.json().get("secret").stringValue()).startsWith("sk-sluice-");
      assertThat(rotated.json().get("tier").stringValue()).isEqualTo("spot");
      assertThat(rotated.json().get("rotated_from").stringValue()).isEqualTo("acme-1");
      assertThat(files.send(Ask.of("GET", "/v1/keys/acme-1")).json().get("expires_at").stringValue()).isEqualTo(AdminPort.NOW.plusSeconds(3_600).toString());
      assertThat(files.send(Ask.of("POST", "/v1/keys/acme-1/rotate")).status()).isEqualTo(409);
      assertThat(files.send(Ask.of("POST", "/v1/keys/nobody/rotate")).status()).isEqualTo(404);
      assertThat(files.send(Ask.of("POST", "/v1/keys/acme-1/revoke")).json().get("status").stringValue()).isEqualTo("revoked");
      String gone = files.send(Ask.of("GET", "/v1/keys/acme-1")).header("ETag");
      assertThat(files.send(Ask.of("PATCH", "/v1/keys/acme-1").with("{'level':0}").at(gone)).status()).isEqualTo(409);
      for (String path : List.of("/v1/accounts", "/v1/organisations", "/v1/rules", "/v1/quotas", "/v1/time-windows", "/v1/usage", "/v1/audit")) {
        Reply none = files.send(Ask.of("GET", path));
        assertThat(none.status()).isEqualTo(501);
        assertThat(none.text()).contains("PostgreSQL");
      }
    }
  }

  private static JsonNode decided(AdminPort files, String body) throws Exception {
    return files.send(Ask.of("POST", "/v1/decision").with(body)).json();
  }

  @Test
  void decisionsAreListedTheLastFirstAPageAtATime() throws Exception {
    for (int i = 1; i <= 5; i++) {
      port.decisions.add(decision("flow" + i % 2, i % 2 == 0 ? new Outcome.Admitted("a") : new Outcome.Rejected(RejectReason.QUEUE_FULL)), Optional.empty());
    }
    Reply first = port.send(Ask.of("GET", "/v1/decisions?limit=2"));
    assertThat(first.json().at("/items").valueStream().map(item -> item.get("number").asInt())).containsExactly(5, 4);
    Reply second = port.send(Ask.of("GET", "/v1/decisions?limit=2&cursor=" + first.json().get("next").stringValue()));
    assertThat(second.json().at("/items").valueStream().map(item -> item.get("number").asInt())).containsExactly(3, 2);
    Reply flow = port.send(Ask.of("GET", "/v1/decisions?flow=flow1&outcome=rejected&lane=2&bound=tokens&limit=3"));
    assertThat(flow.json().at("/items").valueStream().map(item -> item.get("number").asInt())).containsExactly(5, 3, 1);
    assertThat(flow.json().has("next")).isFalse();
    assertThat(port.send(Ask.of("GET", "/v1/decisions?provider=a&model=m")).json().at("/items")).hasSize(2);
    assertThat(port.send(Ask.of("GET", "/v1/decisions?provider=b")).json().at("/items")).isEmpty();
    for (String query : List.of("limit=0", "limit=501", "cursor=x", "lane=-1", "outcome=lost", "flaw=a", "flow=a&flow=b")) {
      assertThat(port.send(Ask.of("GET", "/v1/decisions?" + query)).status()).as(query).isBetween(400, 422);
    }
    assertThat(port.send(Ask.of("GET", "/v1/decisions?flaw=a")).text()).contains("flow");
  }

  private static DecisionRecord decision(String flow, Outcome outcome) {
    return new DecisionRecord(
        "m", flow, 2, new TokenCost(100, 50), WorkRequest.UNBOUNDED, 1_500_000, 3, Bound.TOKENS, 2_000_000, 2_500_000, outcome, List.of());
  }

  @Test
  void secretsReachNeitherLogNorAnswerNorDatabase() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    var lines = new ListAppender<ILoggingEvent>();
    Level before = root.getLevel();
    lines.start();
    root.setLevel(Level.DEBUG);
    root.addAppender(lines);
    String secret;
    try {
      post("/v1/accounts", "{'id':'acme'}");
      secret = port.send(Ask.of("POST", "/v1/keys").with("{'id':'k','account':'acme'}")).json().get("secret").stringValue();
      port.send(Ask.of("GET", "/v1/keys").as("sk-canary-admin-key"));
      Reply echoed = port.send(Ask.of("POST", "/v1/keys").with("{'account':'acme','tier':'" + secret + " x','" + secret + "':1}"));
      assertThat(echoed.json().at("/errors/0/value").stringValue()).isEqualTo("***");
      port.send(Ask.of("GET", "/v1/keys/" + secret));
    } finally {
      root.detachAppender(lines);
      root.setLevel(before);
    }
    List<String> logged = lines.list.stream().filter(event -> !event.getLoggerName().startsWith("jdk.") && !event.getLoggerName().startsWith("org.postgresql")).map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(logged).noneMatch(line -> line.contains(secret.substring(14)) || line.contains("canary") || line.contains(AdminPort.WRITER));
    assertThat(port.send(Ask.of("GET", "/v1/audit")).text() + port.send(Ask.of("GET", "/v1/keys")).text()).doesNotContain(secret.substring(14));
  }

  @Test
  void theOpenApiDocumentIsWhatTheRouterServes() throws IOException, InterruptedException {
    byte[] rendered = OpenApi.yaml(port.routes);
    if (Boolean.getBoolean("sluice.write")) {
      Files.write(OPENAPI, rendered);
    }
    assertThat(OPENAPI).as("run this test with -Dsluice.write=true").hasBinaryContent(rendered);
    assertThat(port.send(Ask.of("GET", "/v1/openapi.yaml")).text()).isEqualTo(new String(rendered, StandardCharsets.UTF_8));
    JsonNode document = new YAMLMapper().readTree(rendered);
    var documented = new TreeSet<String>();
    document.get("paths").properties().forEach(path -> path.getValue().propertyNames().forEach(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    assertThat(documented).containsExactlyInAnyOrderElementsOf(port.routes.stream().map(route -> route.method() + " " + route.template()).toList());
    Stream<String> refs = document.findValues("$ref").stream().map(JsonNode::stringValue).distinct();
    assertThat(refs).allMatch(ref -> document.at(ref.substring(1)).isObject());
  }

  private void post(String path, String body) throws Exception {
    Reply reply = port.send(Ask.of("POST", path).with(body));
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
  }
}
