package org.isomorph.samples;

import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.swiglu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Initialisation;
import org.isomorph.convert.Plan;
import org.isomorph.convert.PlanText;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Dialects;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;

/** A tiny LLaMA of random weights, written as Qwen2 and back: every byte comes home. */
public final class ConvertACheckpoint {
  private static final Dialects FAMILIES = Dialects.load(ConvertACheckpoint.class.getClassLoader());

  private ConvertACheckpoint() {}

  /**
   * Converts there and back.
   *
   * @param args an empty directory to work in
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Path llama = write(folder.resolve("llama"));
    Path qwen = convert(llama, folder.resolve("qwen2"), "qwen2");
    Path home = convert(qwen, folder.resolve("home"), "llama");
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      boolean same = Files.mismatch(llama.resolve(file), home.resolve(file)) < 0;
      System.out.println(file + (same ? " is the same, byte for byte" : " differs"));
    }
  }

  private static Path write(Path directory) throws IOException {
    Model tiny =
        causal("tiny", 256, 64)
            .layers(2, block(rms(1e-5)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(96)))
            .head(lm());
    Initialisation made =
        Initialisation.plan(
            tiny,
            FAMILIES.named("llama"),
            DType.BF16,
            Optional.empty(),
            FAMILIES.named("llama").files(ConversionRequest.USUAL_SHARD),
            1,
            false);
    Executor.run(made.blueprint(), directory, Options.defaults(), ProgressListener.NONE);
    return directory;
  }

  /** Plans from headers and evidence, says what will be done, and does it. */
  private static Path convert(Path source, Path destination, String family) throws IOException {
    // snippet: convert
    Plan plan = Planner.plan(source, ConversionRequest.to(FAMILIES.named(family)), FAMILIES);
    PlanText.notes(plan).forEach(System.out::println);
    Executor.run(plan.blueprint(), destination, Options.defaults(), ProgressListener.NONE);
    // end
    return destination;
  }
}
