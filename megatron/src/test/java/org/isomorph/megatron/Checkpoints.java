package org.isomorph.megatron;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Initialisation;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.sharding.LogicalTensor;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;

/** Checkpoints that Megatron wrote, conversions in this process, and what is in their results. */
public final class Checkpoints {
  public static final Dialects DIALECTS = Dialects.load(Checkpoints.class.getClassLoader());
  static final Dialect MEGATRON = DIALECTS.named(Megatron.NAME);

  private Checkpoints() {}

  /**
   * A directory that Megatron wrote.
   *
   * @param model of which model
   * @param name what it is called
   * @param ask what one would ask for, to have the same written
   * @param hasArguments whether the files have the arguments of a training program
   */
  public record Reference(String model, String name, Ask ask, boolean hasArguments) {
    Path directory() {
      return resource(model + "/" + name);
    }

    Path original() {
      return resource(model + "/hf");
    }

    Path expected() {
      return resource(model + "/expected_hf.safetensors");
    }

    /** The configuration to name where the files have none. */
    Optional<Path> configuration() {
      return hasArguments ? Optional.empty() : Optional.of(original().resolve("config.json"));
    }

    Checkpoint open() throws IOException {
      return Checkpoint.open(directory(), DIALECTS, Optional.empty(), configuration());
    }

    /** Rows of the vocabulary that are not padding. */
    long vocabulary() {
      return Long.parseLong(model.replaceFirst(".*_v(\\d+).*", "$1"));
    }

    @Override
    public String toString() {
      return model + "/" + name;
    }
  }

  public static List<Reference> references() {
    List<Reference> all = new ArrayList<>();
    String plain = "llama_kv4_v128", tied = "llama_kv4_v131_tied", qwen2 = "qwen2_kv2_v131";
    Ask four = Ask.tensor(2).stages(2);
    all.add(new Reference(plain, "torch_local_tp1_pp1", Ask.ONE, true));
    all.add(
        new Reference(plain, "torch_local_tp1_pp2_vpp2", Ask.ONE.stages(2, 2).divisor(256), true));
    all.add(new Reference(plain, "torch_local_tp2_pp2", four, true));
    all.add(new Reference(plain, "torch_dist_tp2_pp2", four.distributed(), true));
    all.add(new Reference(tied, "torch_local_tp2_pp2", four, true));
    all.add(new Reference(tied, "torch_dist_tp2_pp2", four.distributed(), true));
    all.add(new Reference(qwen2, "torch_local_tp2_pp2", four, true));
    Ask experts = Ask.ONE.stages(2).experts(2).divisor(4);
    String qwen3 = "qwen3moe_kv2_v132";
    all.add(new Reference(qwen3, "bridge_torch_tp1_pp2_ep2", experts, false));
    all.add(new Reference(qwen3, "bridge_torch_dist_tp1_pp2_ep2", experts.distributed(), false));
    return all;
  }

  public static Path resource(String name) {
    try {
      URL found = Checkpoints.class.getResource("checkpoints/" + name);
      if (found == null) throw new IllegalArgumentException("no test resource is called " + name);
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- conversions

  static ConversionRequest to(String family) {
    return ConversionRequest.to(DIALECTS.named(family));
  }

  static ConversionRequest to(Ask ask) {
    return ConversionRequest.to(MEGATRON).files(MegatronFiles.of(ask.plan()));
  }

  /** With a configuration that somebody names. */
  static ConversionRequest with(ConversionRequest request, Optional<Path> configuration) {
    return new ConversionRequest(
        request.target(), request.from(), configuration, request.dtype(), request.files());
  }

  static Plan convert(Path source, Path destination, ConversionRequest request) throws IOException {
    Plan plan = Planner.plan(source, request, DIALECTS);
    Executor.run(plan.blueprint(), destination, Options.withThreads(2), ProgressListener.NONE);
    return plan;
  }

  /** Random weights of a model. */
  static void initialise(Model model, Path destination, Ask ask, DType dtype, long seed)
      throws IOException {
    Initialisation random =
        Initialisation.plan(
            model, MEGATRON, dtype, Optional.empty(), MegatronFiles.of(ask.plan()), seed, false);
    Executor.run(random.blueprint(), destination, Options.withThreads(2), ProgressListener.NONE);
  }

  // ---- content

  /** Every tensor of a family's table. */
  static SortedMap<String, Content> content(Checkpoint checkpoint) throws IOException {
    SortedMap<String, Content> content = new TreeMap<>();
    for (LogicalTensor tensor : checkpoint.stored().logical().values())
      content.put(tensor.name(), Content.of(tensor));
    return content;
  }

  static SortedMap<String, Content> content(Path directory) throws IOException {
    return content(Checkpoint.open(directory, DIALECTS));
  }
}
