// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.SectionReader;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.config.YamlNode;
import dev.sluice.routing.config.YamlReader;
import dev.sluice.routing.rule.Reloaded;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Reads the table {@code time_windows} into a {@link WindowBook}; ids order the rows. Thread-safe; blocks on the database, so not
 * for event loops.
 *
 * <p>The column {@code rule} is a JSON object with the keys that a window has in the configuration, but for {@code id} and
 * {@code enabled}, which are columns of their own.
 */
public final class WindowTable {
  private static final String ENABLED = "SELECT id, rule::text FROM time_windows WHERE enabled ORDER BY id COLLATE \"C\"";
  private static final Section DOCUMENT = Section.single("", "Windows.", List.of(), List.of(WindowKeys.SECTION));

  private final DataSource database;
  private final WindowBook book;
  private final int levels;

  /**
   * A reader of the windows in {@code database}.
   *
   * @param levels how many priority levels there are
   */
  public WindowTable(DataSource database, WindowBook book, int levels) {
    this.database = database;
    this.book = book;
    this.levels = levels;
  }

  /** Reads every enabled row into the book, or none. Whoever applies the book is to be told. */
  public Reloaded reload() {
    List<TimeWindow> windows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement query = connection.prepareStatement(ENABLED);
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        String id = row.getString(1);
        try {
          windows.add(parse(id, row.getString(2), levels));
        } catch (ConfigException e) {
          return new Reloaded.Refused(id, e.problems().toString());
        }
      }
    } catch (SQLException e) {
      return new Reloaded.Failed("SQLSTATE " + e.getSQLState());
    }
    book.store(windows);
    return new Reloaded.Done(windows.size());
  }

  /**
   * The window that a JSON object describes; for whoever stores one, too.
   *
   * @throws ConfigException naming everything wrong with it
   */
  public static TimeWindow parse(String id, String json, int levels) throws ConfigException {
    var problems = new Problems();
    Optional<YamlNode.Mapping> object = YamlReader.read("rule", json, problems);
    problems.throwIfAny();
    Place place = object.map(YamlNode.Mapping::place).orElse(Place.DEFAULT);
    List<YamlNode.Entry> entries = new ArrayList<>(object.map(YamlNode.Mapping::entries).orElse(List.of()));
    for (YamlNode.Entry entry : entries) {
      if (entry.name().equals("id") || entry.name().equals("enabled")) {
        problems.add(entry.place(), entry.name(), "given", "no such key; it is a column of its own");
      }
    }
    problems.throwIfAny();
    entries.add(new YamlNode.Entry("id", new YamlNode.Scalar(id, place), place));
    var list = new YamlNode.Items(List.of(new YamlNode.Mapping(entries, place)), place);
    var document = new YamlNode.Mapping(List.of(new YamlNode.Entry(WindowKeys.SECTION.name(), list, place)), place);
    Values values = new SectionReader(Map.of(), "", problems).read(DOCUMENT, document);
    List<TimeWindow> windows = WindowKeys.read(values.items(WindowKeys.SECTION), levels, problems);
    problems.throwIfAny();
    return windows.getFirst();
  }
}
