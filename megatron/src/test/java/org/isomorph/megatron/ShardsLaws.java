package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.Window;
import org.junit.jupiter.api.Test;

/** Ranks share each tensor out: what they hold is all of it, and each part is one. */
class ShardsLaws {
  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void eachElementIsInOnePart(@ForAll(supplier = Randoms.Any.class) Randoms randoms) {
    assertShared(randoms.model(), randoms.one());
    assertShared(randoms.model(), randoms.other());
  }

  @Test
  void alsoOfTheLargest() {
    Model llama = preset("llama-3-70b");
    assertShared(llama, Ask.tensor(8).stages(4, 5));
    Model deepSeek = preset("deepseek-v3");
    assertShared(
        deepSeek,
        Ask.tensor(2)
            .written("Et*3|(tt|)*29,m|L", 16)
            .experts(16)
            .expertTensor(1)
            .distributed()
            .by(Implementation.TRANSFORMER_ENGINE, Experts.GROUPED));
  }

  private static Model preset(String name) {
    return Checkpoints.DIALECTS.all().stream()
        .flatMap(dialect ->
            dialect.presets().stream()
                .filter(preset -> preset.name().equals(name))
                .map(preset -> dialect.spec(preset.config(), TensorInfos.UNKNOWN)))
        .findFirst()
        .orElseThrow();
  }

  private static void assertShared(Model model, Ask ask) {
    ParallelPlan plan = ask.plan();
    ParallelLayout layout = plan.of(model);
    long vocabulary = model.tokens().orElseThrow().vocabulary();
    long padded = Shards.padded(vocabulary, plan.vocabularyDivisor(), plan.tensor());
    Form form = Form.of(model, plan.implementation(), plan.modules());
    Shards shards = new Shards(layout, form, padded);
    for (Table.Entry entry : Table.of(model, MegatronRows.of(model)).entries()) {
      TensorInfo tensor = new TensorInfo(entry.name(), DType.BF16, entry.shape());
      Shape whole =
          Shards.isVocabulary(Address.of(entry.name()))
              ? entry.shape().with(0, padded)
              : entry.shape();
      List<Shard> held = shards.of(tensor);
      Set<Window> windows = new LinkedHashSet<>();
      for (Shard shard : held) {
        List<Window> parts = shards.windows(tensor, shard);
        windows.addAll(parts);
        assertThat(elements(parts))
            .as("%s of %s", shard, tensor)
            .isEqualTo(shard.shape().elements());
      }
      assertThat(elements(List.copyOf(windows))).as(entry.name()).isEqualTo(whole.elements());
      List<Window> apart = new ArrayList<>(windows);
      for (int i = 0; i < apart.size(); i++) {
        assertThat(apart.get(i).within(whole)).isTrue();
        for (int j = 0; j < i; j++) assertThat(apart.get(i).overlaps(apart.get(j))).isFalse();
      }
    }
  }

  private static long elements(List<Window> windows) {
    return windows.stream().mapToLong(window -> window.sizes().elements()).sum();
  }
}
