package org.isomorph.debug;

import java.util.Arrays;
import org.isomorph.runtime.LoadedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Tests that look at one run of a small model, whose tokens are words. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LookingAtLlama {
  private static final String[] WORDS = {"<s>", " a", " dog", " saw", " it", " and", " it", " ran"};
  static final long[] IDS = {1, 5, 9, 3, 7, 11, 7, 2};

  LoadedModel llama;
  DebugSession session;

  @BeforeAll
  void load() {
    llama = Goldens.load("llama");
    session = DebugSession.of(llama, spelled(llama));
  }

  @AfterAll
  void close() {
    llama.close();
  }

  static Prompt spelled(LoadedModel model) {
    return Prompt.ids(model.model(), IDS)
        .spelled(id -> {
          int at = Arrays.binarySearch(Arrays.stream(IDS).sorted().toArray(), id);
          if (at < 0) return "<" + id + ">";
          for (int place = 0; place < IDS.length; place++)
            if (IDS[place] == id) return WORDS[place];
          throw new AssertionError();
        });
  }
}
