// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
  @TempDir Path folder;

  private Trace read(String text) throws IOException {
    return TraceFile.read(Files.writeString(folder.resolve("trace"), text));
  }

  @Test
  void readsTheAzureFormat() throws IOException {
    Trace trace = read("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319600,3180,8\n");
    assertThat(trace.requests())
        .containsExactly(
            new TraceRequest(0, "all", 0, 4808, 10, TraceRequest.NO_LIMIT),
            new TraceRequest(52_000_000, "all", 0, 3180, 8, TraceRequest.NO_LIMIT));
  }

  @Test
  void readsTheVtcFormat() throws IOException {
    Trace trace = read("req_time_s,tenant,input_tokens,output_tokens\n0.000000,5,13,199\n0.207938,12,36,137\n");
    assertThat(trace.requests().getLast()).isEqualTo(new TraceRequest(207_938_000, "12", 0, 36, 137, TraceRequest.NO_LIMIT));
  }

  @Test
  void readsTheSimpleFormatWithAndWithoutLimits() throws IOException {
    assertThat(read("time_s,tenant,lane,input_tokens,output_tokens,max_tokens\n5,a,2,10,20,64\n6,b,0,1,2,\n").requests())
        .containsExactly(new TraceRequest(0, "a", 2, 10, 20, 64), new TraceRequest(1_000_000_000, "b", 0, 1, 2, TraceRequest.NO_LIMIT));
    assertThat(read("time_s,tenant,lane,input_tokens,output_tokens\n1,a,1,10,20\n").lanes()).isEqualTo(2);
  }

  @Test
  void readsDecisionRecords() throws IOException {
    Trace trace = read("{\"arrival_ms\":7,\"flow\":\"a\",\"lane\":1,\"input_tokens\":3,\"output_tokens\":4,\"max_output_tokens\":9,\"more\":{}}\n");
    assertThat(trace.requests()).containsExactly(new TraceRequest(0, "a", 1, 3, 4, 9));
  }

  /** The file has estimates as requests are admitted, and what was used as they end; a page of the admin port has both together. */
  @Test
  void whatWasReallyUsedReplacesTheEstimate() throws IOException {
    String begun = "{\"number\":%d,\"model\":\"%s\",\"arrival_ms\":%s,\"flow\":\"a\",\"lane\":1,\"input_tokens\":3,\"output_tokens\":256}\n";
    String text = begun.formatted(1, "m", "7.5") + begun.formatted(2, "m", "8") + "{\"number\":1,\"end\":\"settled\",\"used_input_tokens\":5,\"used_output_tokens\":300}\n"
        + "{\"number\":2,\"end\":\"expired\",\"used_input_tokens\":3,\"used_output_tokens\":256}\n" + begun.formatted(1, "other", "9")
        + "{\"number\":1,\"end\":\"settled\",\"used_input_tokens\":1,\"used_output_tokens\":1}\n";
    Path file = Files.writeString(folder.resolve("trace"), text);
    assertThat(TraceFile.read(file, Optional.of("m")).requests())
        .containsExactly(new TraceRequest(0, "a", 1, 5, 300, TraceRequest.NO_LIMIT), new TraceRequest(500_000, "a", 1, 3, 256, TraceRequest.NO_LIMIT));
    assertThat(read(text).requests()).hasSize(3).last().isEqualTo(new TraceRequest(1_500_000, "a", 1, 1, 1, TraceRequest.NO_LIMIT));
    assertThat(read("{\"items\":[{\"arrival_ms\":1,\"flow\":\"a\",\"lane\":0,\"input_tokens\":1,\"output_tokens\":2,\"end\":\"settled\",\"used_input_tokens\":4,\"used_output_tokens\":5}]}\n").requests())
        .containsExactly(new TraceRequest(0, "a", 0, 4, 5, TraceRequest.NO_LIMIT));
  }

  @Test
  void saysWhichLineIsNotARequest() {
    assertThatThrownBy(() -> read("time_s,tenant,lane,input_tokens,output_tokens\n1,a,1,10,20\n2,a,x,1,1\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("trace:3: lane: x (expected: a whole number from 0 to 99)");
    assertThatThrownBy(() -> read("what,is,this\n1,2,3\n")).hasMessageContaining("trace:1: no known header (expected: timestamp,contexttokens,generatedtokens or");
    assertThatThrownBy(() -> read("time_s,tenant,lane,input_tokens,output_tokens\nnan,a,1,10,20\n")).hasMessageContaining("trace:2: time_s: nan");
    assertThatThrownBy(() -> read("time_s,tenant,lane,input_tokens,output_tokens\n1, ,1,10,20\n")).hasMessageContaining("trace:2: tenant");
    assertThatThrownBy(() -> read("time_s,tenant,lane,input_tokens,output_tokens\n1,a,1\n")).hasMessageContaining("trace:2: 3 values (expected: 5");
    assertThatThrownBy(() -> read("time_s,tenant,lane,input_tokens,output_tokens\n")).hasMessageContaining("no requests (expected: at least one)");
    assertThatThrownBy(() -> read("{\"arrival_ms\":1,\"flow\":\"a\",\"lane\":\"x\"}\n")).hasMessageContaining("trace:1: output_tokens: missing");
    assertThatThrownBy(() -> read("{]\n")).hasMessageContaining("trace:1: not JSON");
  }
}
