package org.isomorph.convert.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The copy of a fixture in a process of its own, which can be killed and limited. */
final class Child {
  private Child() {}

  /** Arguments: sources, target. */
  public static void main(String[] arguments) throws IOException {
    Path sources = Path.of(arguments[0]);
    try {
      Result result =
          Executor.run(
              Fixture.described(sources, "child"),
              Path.of(arguments[1]),
              new Options(2, false, 1 << 20),
              ProgressListener.NONE);
      System.out.println("resumed " + result.filesResumed());
    } catch (RunException refused) {
      System.out.println(refused.getMessage());
      System.exit(1);
    }
  }

  static List<String> command(Path sources, Path target) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        Child.class.getName(),
        sources.toString(),
        target.toString());
  }

  static Process start(List<String> command, File output) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
  }
}
