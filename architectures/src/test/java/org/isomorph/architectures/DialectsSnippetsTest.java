package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byPart;
import static org.isomorph.spec.Dsl.*;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.example.Minnow;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Evidence;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.Step;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what docs/dialects.md and docs/adding-a-family.md show. */
class DialectsSnippetsTest {
  @TempDir Path folder;

  @Test
  void aTableIsRowsBoundToAModel() {
    // snippet: table
    List<Row> rows =
        List.of(
            row("tok.weight", "embed.token.weight"),
            row("h.{i}.norm.weight", "decoder.{i}.attn.norm.weight"),
            row(
                "h.{i}.qkv.weight",
                byPart(
                    p("decoder.{i}.attn.q.weight"),
                    p("decoder.{i}.attn.k.weight"),
                    p("decoder.{i}.attn.v.weight"))),
            row("h.{i}.out.weight", "decoder.{i}.attn.o.weight"),
            row("norm.weight", "decoder.norm.weight"));
    Model model =
        causal("tiny", 100, 32)
            .layers(2, block(rms(1e-5)).attention(gqa(4, 2).rope(10_000)))
            .head(lm().tied());
    Table table = Table.of(model, rows);

    assertThat(table.entries()).hasSize(8);
    assertThat(table.storing("decoder.1.attn.k.weight").orElseThrow().name())
        .isEqualTo("h.1.qkv.weight");
    assertThat(table.storing("decoder.1.attn.k.weight").orElseThrow().shape())
        .hasToString("[64, 32]");
    // end
  }

  @Test
  void aFamilyIsAskedAndReadBack() {
    Dialects dialects = Goldens.DIALECTS;
    // snippet: expression
    Dialect llama = dialects.named("llama");
    Model windowed =
        causal("windowed", 100, 32)
            .layers(2, block(rms(1e-5)).attention(gqa(4, 2).rope(10_000).window(8)).ffn(swiglu(64)))
            .head(lm());

    String answer =
        switch (Expression.of(llama, windowed, Spelling.BEFORE_5)) {
          case Expression.Expressed expressed -> expressed.config().json();
          case Expression.Refused refused ->
              String.join("\n", refused.reasons().stream().map(Difference::sentence).toList());
        };

    assertThat(answer)
        .isEqualTo("decoder layers 0-1, attention window: 8 in the model, none in llama");
    // end
  }

  @Test
  void aPlanSaysWhatItDoes() throws IOException {
    Path baichuan = Goldens.directory("baichuan2_7b"), llama = folder.resolve("llama");
    // snippet: plan
    Dialects dialects = Dialects.load(getClass().getClassLoader());
    ConversionRequest request = ConversionRequest.to(dialects.named("llama"));
    Plan plan = Planner.plan(baichuan, request, dialects);

    assertThat(plan.outcome()).isEqualTo(Outcome.ROUNDED);
    assertThat(plan.steps())
        .extracting(Step::sentence)
        .containsExactly(
            "fold the normalised head into its weight: "
                + "each row divided by its length in float64 and rounded once");
    assertThat(plan.left()).isEmpty();

    Executor.run(plan.blueprint(), llama, Options.defaults(), ProgressListener.NONE);
    // end
    assertThat(llama.resolve("config.json")).exists();
  }

  @Test
  void evidenceIsLookedUpAndTold() throws IOException {
    Path llama = Goldens.directory("llama"), qwen2 = folder.resolve("qwen2");
    Dialects dialects = Goldens.DIALECTS;
    // snippet: evidence
    Plan there = Planner.plan(llama, ConversionRequest.to(dialects.named("qwen2")), dialects);
    Executor.run(there.blueprint(), qwen2, Options.defaults(), ProgressListener.NONE);
    Plan back = Planner.plan(qwen2, ConversionRequest.to(dialects.named("llama")), dialects);

    assertThat(there.steps())
        .extracting(Step::sentence)
        .containsExactly("add zero attention biases");
    assertThat(back.steps())
        .extracting(Step::sentence)
        .containsExactly("leave out zero attention biases");
    assertThat(back.evidence())
        .extracting(Evidence::question)
        .contains("decoder.0.attn.q.bias is all zeros");
    // end
  }

  @Test
  void aFamilyIsProvedByReadingWhatItWrites() {
    // snippet: law
    Dialect minnow = new Minnow();
    Model model =
        causal("tiny", 100, 32)
            .layers(2, block(rms(1e-5)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(64)))
            .head(lm());
    Config config = minnow.config(model, Spelling.BEFORE_5);

    assertThat(minnow.spec(config, TensorInfos.UNKNOWN).named("tiny")).isEqualTo(model);
    assertThat(Table.of(model, minnow.rows(model)).entries()).hasSize(3 + 2 * 6);
    // end
  }

  @Test
  void aLoaderFindsFamiliesInJars() {
    ClassLoader loader = getClass().getClassLoader();
    // snippet: load
    Dialects dialects = Dialects.load(loader);
    // end
    assertThat(dialects.find("glm_130b")).isPresent();
  }
}
