// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.SectionReader;

/** Renders the declared configuration as the reference for people. Immutable. */
public final class ReferenceTable {
  private static final String INTRODUCTION =
      """
      # Configuration

      Sluice reads one YAML file, `conf/sluice.yaml` unless `--config` names another. `sluice check` says what is wrong with it, all at
      once, and prints the configuration in force. A key that is not listed here is an error.

      * **Durations** have a unit: `250ms`, `5s`, `2m`, `1h`. **Sizes** are bytes or have one: `64KiB`, `16MiB`, `1GiB`. **Rates** are
        a second: `12000/s` or `12000`.
      * **Relative paths** begin at the folder that holds `conf/`; if the file is not in a folder of that name, beside the file.
      * **Environment variables** win over the file: `SLUICE_`, the section, the key, in upper case, as in
        `SLUICE_SCHEDULER_QUEUE_TIMEOUT=10s`. Lists are separated by commas (`16,8,4,2,1`), maps are written `flex=4,priority=0`.
        Providers and the lanes of single levels have no variables.
      * **Reload**: sections marked *live* take over a changed file while running; a file with an error changes nothing. The others need
        a restart.
      * **Secrets** never stand in this file: keys that end in `_env` and `_file` say where they are.
      """;

  private final StringBuilder out = new StringBuilder(INTRODUCTION);

  private ReferenceTable() {}

  /** The text of {@code docs/configuration.md}. */
  public static String render() {
    var table = new ReferenceTable();
    SluiceDocument.ROOT.sections().forEach(section -> table.section(section, section.name(), true));
    return table.out.toString();
  }

  private void section(Section section, String path, boolean variables) {
    String shaped =
        switch (section.shape()) {
          case SINGLE -> path;
          case NAMED -> path + ".<name>";
          case LIST -> path + "[]";
        };
    boolean overridable = variables && section.shape() == Section.Shape.SINGLE;
    if (!section.keys().isEmpty()) {
      out.append("\n## `").append(shaped).append("`\n\n").append(section.doc());
      out.append(section.live() ? " *Live.*" : " *Needs a restart.*").append("\n\n");
      out.append("| key | default | what | value |\n| --- | --- | --- | --- |\n");
      section.keys().forEach(key -> row(key, path, overridable));
    }
    section.sections().forEach(inner -> section(inner, shaped + "." + inner.name(), overridable));
  }

  private void row(Key<?> key, String path, boolean overridable) {
    String fallback = key.fallback().map(text -> text.isEmpty() ? "empty" : "`" + text + "`").orElse(key.absence());
    String what = key.doc() + (key.startOnly() ? " *Needs a restart.*" : "");
    if (overridable) {
      what += "<br>`" + SectionReader.variable(SluiceDocument.PREFIX, path, key) + "`";
    }
    out.append("| `").append(key.name()).append("` | ").append(fallback).append(" | ").append(what).append(" | ");
    out.append(key.kind().expected().replace("|", "\\|").replace("<", "&lt;")).append(" |\n");
  }
}
