// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Sets the process's logging up in code: there is one way to log, so there is no file to configure it. */
public final class LogFile {
  /** Line breaks in a message are flattened, so that nobody can forge a line. */
  private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} %replace(%msg){'[\\r\\n]+',' | '}%n%ex{12}";

  private static final String FILE_BYTES = "64MB";
  private static final int FILES_KEPT = 5;

  private LogFile() {}

  /**
   * Sends all log lines to {@code file}; a file named {@code -} means standard error.
   *
   * @param level error, warn, info, debug or trace
   * @throws IOException if the file's folder cannot be made or written
   */
  public static void open(Path file, String level) throws IOException {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    OutputStreamAppender<ILoggingEvent> appender = file.toString().equals("-") ? console() : rolling(context, file);
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level, Level.INFO));
    root.addAppender(appender);
    // At DEBUG Netty prints frames, which hold keys and prompts.
    context.getLogger("io.netty").setLevel(Level.WARN);
    // These tell of every attempt while a store is away; the stores' own lines are one for each change.
    for (String driver : new String[] {"io.lettuce", "com.zaxxer.hikari", "org.postgresql", "reactor"}) {
      context.getLogger(driver).setLevel(Level.ERROR);
    }
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
  }

  private static OutputStreamAppender<ILoggingEvent> console() {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setTarget("System.err");
    return console;
  }

  private static OutputStreamAppender<ILoggingEvent> rolling(LoggerContext context, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (Files.exists(file) ? !Files.isWritable(file) : folder != null && !Files.isWritable(folder)) {
      throw new IOException("cannot write the log file " + file + " (set observability.log_file)");
    }
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
    rolling.setContext(context);
    rolling.setParent(appender);
    rolling.setFileNamePattern(file + ".%i");
    rolling.setMinIndex(1);
    rolling.setMaxIndex(FILES_KEPT);
    rolling.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(FileSize.valueOf(FILE_BYTES));
    size.start();
    appender.setRollingPolicy(rolling);
    appender.setTriggeringPolicy(size);
    return appender;
  }
}
