// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.TextEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The same request gives the same frames and events as the real gateway's recordings. */
@Timeout(30)
class CaptureParityTest {
  private static final String CURL = "User-Agent: curl/7.88.1\r\nAccept: */*\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

  private static final FakeRunner.Script ASK_AND_PASS = (gateway, call) -> {
    for (int i = 0; i < call.headersLength(); i++) {
      if (call.headers(i).name().equals("x-var")) {
        gateway.askVariable(call.headers(i).value());
      }
    }
    if (hasBody(call)) {
      gateway.askBody();
    }
    gateway.pass();
  };

  private static boolean hasBody(Req call) {
    for (int i = 0; i < call.headersLength(); i++) {
      String name = call.headers(i).name();
      if (name.equals("content-length") || name.equals("transfer-encoding")) {
        return true;
      }
    }
    return false;
  }

  private static String request(String scenario) {
    String head = " HTTP/1.1\r\nHost: 127.0.0.1:9080\r\n" + CURL + "X-Scenario: " + scenario + "\r\n";
    return switch (scenario) {
      case "chat-json" -> "POST /v1/chat/completions" + head + JSON + "Authorization: Bearer sk-test-0001\r\n"
          + body("{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":64}");
      case "dup-headers" ->
          "POST /v1/echo" + head + FORM + "X-A: 1\r\nX-A: 2\r\nCookie: a=b\r\nCookie: c=d\r\n" + body("{}");
      case "chunked-body" -> "POST /v1/chat/completions" + head + JSON + "Transfer-Encoding: chunked\r\n\r\n"
          + "48\r\n{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"chunked\"}]}\r\n0\r\n\r\n";
      case "empty-body" -> "POST /v1/chat/completions" + head + JSON + "\r\n";
      case "get-models" -> "GET /v1/models?limit=2&limit=3&flag&q=a%20b" + head + "\r\n";
      case "nginx-var" -> "POST /v1/echo" + head + FORM + "X-Var: apisix_request_id\r\n" + body("{}");
      case "nginx-var-missing" -> "POST /v1/echo" + head + FORM + "X-Var: consumer_name\r\n" + body("{}");
      case "consumer-var" ->
          "POST /auth/echo" + head + FORM + "apikey: alice-key\r\nX-Var: consumer_name\r\n" + body("{}");
      default -> throw new IllegalArgumentException(scenario);
    };
  }

  private static String body(String text) {
    return "Content-Length: " + text.length() + "\r\n\r\n" + text;
  }

  @ParameterizedTest
  @CsvSource({
    "chat-json", "dup-headers", "chunked-body", "empty-body", "get-models", "nginx-var", "nginx-var-missing",
    "consumer-var"
  })
  void framesHoldWhatTheRealGatewaySent(String scenario) throws Exception {
    try (GatewayFixture f = new GatewayFixture(ASK_AND_PASS)) {
      String port = Integer.toString(f.gateway.port());
      assertThat(f.ask(request(scenario)).status()).isEqualTo(200);

      for (FakeRunner.Frame recorded : capture(scenario)) {
        FakeRunner.Frame sent = f.runner.next(recorded.type());
        assertThat(decoded(sent, scenario).replace("x-forwarded-port=" + port, "x-forwarded-port=9080"))
            .isEqualTo(decoded(recorded, scenario));
      }
      assertThat(f.runner.frames).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"prepare-two-filters, /v1/echo", "prepare-after-key-auth, /auth/echo"})
  void preparationsHoldWhatTheRealGatewaySent(String scenario, String path) throws Exception {
    try (GatewayFixture f = new GatewayFixture(ASK_AND_PASS)) {
      f.ask(RawClient.post(path, "{}", "apikey: alice-key"));
      String version = Long.toString(f.gateway.configVersion());
      assertThat(decoded(f.runner.next(A6Frames.PREPARE_CONF), scenario).replace(version, "1795438739"))
          .isEqualTo(decoded(capture(scenario).getFirst(), scenario));
    }
  }

  private static List<FakeRunner.Frame> capture(String scenario) throws IOException {
    List<FakeRunner.Frame> out = new ArrayList<>();
    try (InputStream in = CaptureParityTest.class.getResourceAsStream("/captures/" + scenario + ".rpc")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
        String[] parts = line.split(" ");
        if (parts[0].equals("gateway")) {
          byte[] payload = HexFormat.of().parseHex(parts[2]);
          out.add(new FakeRunner.Frame(0, Integer.parseInt(parts[1]), ByteBuffer.wrap(payload)));
        }
      }
    }
    return out;
  }

  /** A frame's content as a text in which entries are sorted, because APISIX keeps no order. */
  private static String decoded(FakeRunner.Frame frame, String scenario) {
    return switch (frame.type()) {
      case A6Frames.HTTP_REQ_CALL -> call(Req.getRootAsReq(frame.payload().duplicate()));
      case A6Frames.EXTRA_INFO -> extraInfo(frame.payload().duplicate(), scenario);
      case A6Frames.PREPARE_CONF -> prepare(frame.payload().duplicate());
      default -> throw new IllegalArgumentException("type " + frame.type());
    };
  }

  private static String call(Req req) {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < req.headersLength(); i++) {
      entries.add("header " + entry(req.headers(i)));
    }
    for (int i = 0; i < req.argsLength(); i++) {
      entries.add("arg " + entry(req.args(i)));
    }
    entries.sort(null);
    byte[] source = new byte[req.srcIpLength()];
    req.srcIpAsByteBuffer().get(source);
    return req.method() + " " + req.path() + " " + HexFormat.of().formatHex(source) + " " + entries;
  }

  private static String extraInfo(ByteBuffer payload, String scenario) {
    var resp = io.github.api7.A6.ExtraInfo.Resp.getRootAsResp(payload);
    if (resp.resultVector() == null) {
      return "absent";
    }
    String text = StandardCharsets.UTF_8.decode(resp.resultAsByteBuffer()).toString();
    // A request id is as long everywhere and the same nowhere.
    return scenario.equals("nginx-var") && text.matches("[0-9a-f]{32}") ? "request id" : text;
  }

  private static String prepare(ByteBuffer payload) {
    var req = io.github.api7.A6.PrepareConf.Req.getRootAsReq(payload);
    List<String> conf = new ArrayList<>();
    for (int i = 0; i < req.confLength(); i++) {
      conf.add(entry(req.conf(i)));
    }
    return req.key() + " " + conf;
  }

  private static String entry(TextEntry entry) {
    return entry.value() == null ? entry.name() + " without value" : entry.name() + "=" + entry.value();
  }

  @Test
  void eventsHaveTheKeysAndTypesOfTheRealGateways() throws Exception {
    List<JsonNode> recorded = new ArrayList<>();
    try (InputStream in = CaptureParityTest.class.getResourceAsStream("/captures/http-logger-events.jsonl")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        recorded.add(new JsonMapper().readTree(line));
      }
    }
    FakeRunner.Script admit = (gateway, call) -> {
      gateway.askBody();
      if (call.path().equals("/v1/stop")) {
        gateway.stop(429, "{\"error\":{\"message\":\"no\",\"type\":\"rate_limit_error\",\"param\":null,"
            + "\"code\":\"rate_limit_exceeded\"}}", "content-type", "application/json");
      } else {
        String provider = call.path().equals("/v1/dead") ? "dead" : "local-a";
        gateway.rewrite(
            new String[] {"x-sluice-provider", provider}, new String[] {"x-sluice-lease", "L1"}, "", "");
      }
    };
    try (GatewayFixture f = new GatewayFixture(admit)) {
      f.ask(RawClient.post("/v1/chat", "{}", "X-Scenario: json-completion"));
      assertShape(f.collector.next(), recorded.get(0));
      f.ask(RawClient.post("/v1/dead", "{}", "X-Scenario: upstream-connect-refused-502"));
      assertShape(f.collector.next(), recorded.get(2));
      f.upstreamA.answer(exchange -> {
        exchange.getResponseHeaders().set("Retry-After", "7");
        StubServer.reply(exchange, 429, "application/json", "{}");
      });
      f.ask(RawClient.post("/v1/chat", "{}", "X-Scenario: upstream-429-retry-after"));
      assertShape(f.collector.next(), recorded.get(3));
      f.ask(RawClient.post("/v1/stop", "{}", "X-Scenario: rejected-by-runner-no-lease"));
      StubServer.Received stopped = f.collector.next();
      assertShape(stopped, recorded.get(4));
      f.ask(RawClient.post("/v1/chat", "x".repeat(70000), "X-Scenario: body-too-large-413-no-lease"));
      StubServer.Received tooLarge = f.collector.next();
      assertShape(tooLarge, recorded.get(5));
      // What the gateway writes itself is counted to the byte, chunk framing included.
      JsonMapper json = new JsonMapper();
      assertThat(json.readTree(stopped.body()).get("body_bytes_sent"))
          .isEqualTo(recorded.get(4).get("body").get("body_bytes_sent"));
      assertThat(json.readTree(tooLarge.body()).get("body_bytes_sent"))
          .isEqualTo(recorded.get(5).get("body").get("body_bytes_sent"));
    }
  }

  private static void assertShape(StubServer.Received sent, JsonNode recorded) {
    JsonNode mine = new JsonMapper().readTree(sent.body());
    JsonNode theirs = recorded.get("body");
    assertThat(new TreeSet<>(mine.propertyNames())).isEqualTo(new TreeSet<>(theirs.propertyNames()));
    for (String key : theirs.propertyNames()) {
      assertThat(mine.get(key).getNodeType()).as(key).isEqualTo(theirs.get(key).getNodeType());
    }
    assertThat(mine.get("status")).isEqualTo(theirs.get("status"));
    assertThat(mine.get("completion")).isEqualTo(theirs.get("completion"));
    assertThat(sent.uri()).isEqualTo(recorded.get("path").stringValue());
    for (String header : recorded.get("headers").propertyNames()) {
      if (!header.equals("Content-Length")) {
        assertThat(sent.header(header)).as(header).isEqualTo(recorded.get("headers").get(header).stringValue());
      }
    }
  }
}
