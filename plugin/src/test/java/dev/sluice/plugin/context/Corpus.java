// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Texts of one kind: those under {@code src/test/resources/corpus}, and this project's own documentation and sources. Immutable. */
record Corpus(String kind, List<String> texts) {
  static Corpus english() {
    return of("english", List.of(Path.of("../docs"), Path.of("../README.md")), ".md");
  }

  static Corpus chinese() {
    return of("chinese", List.of(), ".txt");
  }

  static Corpus code() {
    return of("code", List.of(Path.of("../scheduler/src/main"), Path.of("../plugin/src/main"), Path.of("../apisix"), Path.of("../t/must-hold")), "");
  }

  private static Corpus of(String kind, List<Path> more, String ending) {
    List<String> texts = new ArrayList<>();
    try {
      gather(Path.of("src/test/resources/corpus", kind), "", texts);
      for (Path path : more) {
        gather(path, ending, texts);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Corpus(kind, List.copyOf(texts));
  }

  private static void gather(Path path, String ending, List<String> texts) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(Files::isRegularFile).filter(file -> file.toString().endsWith(ending)).sorted().toList()) {
        texts.add(Files.readString(file));
      }
    }
  }

  /** A prompt of at least {@code chars} characters: pieces of texts as they stand, one after the other. */
  String prompt(SplittableRandom random, int chars) {
    StringBuilder prompt = new StringBuilder();
    while (prompt.length() < chars) {
      String text = texts.get(random.nextInt(texts.size()));
      int from = random.nextInt(text.length());
      int line = text.indexOf('\n', from) + 1;
      int start = line > 0 && line < text.length() ? line : 0;
      int length = Math.min(chars - prompt.length(), text.length() - start);
      prompt.append(text, start, start + length).append('\n');
    }
    return prompt.toString();
  }
}
