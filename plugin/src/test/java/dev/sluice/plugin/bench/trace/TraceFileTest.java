// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void saysWhichLineIsNotARequest() {
    assertThatThrownBy(() -> read("time_s,tenant,lane,input_tokens,output_tokens\n1,a,1,10,20\n2,a,x,1,1\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("trace:3: not a request (expected: time_s,tenant,lane,input_tokens,output_tokens)");
    assertThatThrownBy(() -> read("what,is,this\n1,2,3\n")).hasMessageContaining("the header timestamp,contexttokens,generatedtokens or");
  }
}
