package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.convert.Blueprint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Executions from a folder of sources into a target beside it. */
abstract class InFolders {
  static final Options OPTIONS = new Options(2, false, 4096);

  @TempDir Path directory;
  Path sources;
  Path target;

  @BeforeEach
  void name() {
    sources = directory.resolve("sources");
    target = directory.resolve("target");
  }

  Result run(Blueprint blueprint, Options options) throws IOException {
    return Executor.run(blueprint, target, options, ProgressListener.NONE);
  }

  static Blueprint blueprint(Blueprint.File file) {
    return new Blueprint(List.of(file), List.of(), List.of(), "digest");
  }
}
