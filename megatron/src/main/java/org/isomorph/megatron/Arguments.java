package org.isomorph.megatron;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.isomorph.dialect.Config;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.TorchValue;

/** The arguments that say how a model is spread over ranks and files, not what it computes. */
final class Arguments {
  static final String ITERATION = "iteration";
  static final String PADDED = "padded_vocab_size";
  static final String DIVISOR = "make_vocab_size_divisible_by";
  static final String TENSOR = "tensor_model_parallel_size";
  static final String PIPELINE = "pipeline_model_parallel_size";
  static final String EXPERT = "expert_model_parallel_size";
  static final String EXPERT_TENSOR = "expert_tensor_parallel_size";

  private static final String VIRTUAL = "virtual_pipeline_model_parallel_size";
  private static final String FIRST_LAYERS = "decoder_first_pipeline_num_layers";
  private static final String LAST_LAYERS = "decoder_last_pipeline_num_layers";
  private static final String COUNTS_EMBEDDING = "account_for_embedding_in_pipeline_split";
  private static final String COUNTS_HEAD = "account_for_loss_in_pipeline_split";
  private static final String LAYOUT = "pipeline_model_parallel_layout";

  private Arguments() {}

  static Config withIteration(Config config, OptionalLong iteration) {
    return iteration.isEmpty()
        ? config
        : config.with(Config.builder().set(ITERATION, iteration.getAsLong()).build());
  }

  /**
   * All that a training program needs to go on from what is written.
   *
   * @param padded the vocabulary with padding
   */
  static TorchValue.Namespace of(
      Config config, ParallelPlan plan, ParallelLayout layout, long padded, DType dtype) {
    Map<String, TorchValue> over = new HashMap<>();
    over.put(PADDED, integer(padded));
    over.put(DIVISOR, integer(plan.vocabularyDivisor()));
    over.put(TENSOR, integer(layout.tensor()));
    over.put(PIPELINE, integer(layout.pipeline().stages()));
    over.put("transformer_pipeline_model_parallel_size", integer(layout.pipeline().stages()));
    over.put(EXPERT, integer(layout.expert()));
    over.put(EXPERT_TENSOR, integer(layout.expertTensor()));
    over.put("context_parallel_size", integer(1));
    over.put(
        "world_size", integer(Math.multiplyExact(layout.processes(), layout.pipeline().stages())));
    Division division = plan.division();
    over.put(VIRTUAL, division.virtual() > 1 ? integer(division.virtual()) : TorchValue.None.NONE);
    over.put(FIRST_LAYERS, optional(division.firstLayers()));
    over.put(LAST_LAYERS, optional(division.lastLayers()));
    over.put(COUNTS_EMBEDDING, new TorchValue.Bool(division.countsEmbedding()));
    over.put(COUNTS_HEAD, new TorchValue.Bool(division.countsHead()));
    over.put(
        LAYOUT, division.text().<TorchValue>map(TorchValue.Text::new).orElse(TorchValue.None.NONE));
    over.put("ckpt_format", new TorchValue.Text(plan.format().word()));
    over.put(
        "transformer_impl",
        new TorchValue.Text(
            plan.implementation() == Implementation.LOCAL ? "local" : "transformer_engine"));
    over.put("moe_grouped_gemm", new TorchValue.Bool(plan.modules() == Experts.GROUPED));
    over.put("params_dtype", new TorchValue.Type(dtype));
    over.put("bf16", new TorchValue.Bool(dtype == DType.BF16));
    over.put("fp16", new TorchValue.Bool(dtype == DType.F16));
    for (String counted :
        List.of("consumed_train_samples", "consumed_valid_samples", "skipped_train_samples"))
      if (!config.has(counted)) over.put(counted, integer(0));
    // By name, so that a checkpoint which is written again has the same bytes.
    return new TorchValue.Namespace(
        new TreeMap<>(
            Namespaces.namespaceOf(config.without(List.of(ITERATION)), over).attributes()));
  }

  /** How a model was spread, as arguments say. */
  static ParallelPlan plan(Config config, MegatronFormat format) {
    int stages = size(config, PIPELINE);
    boolean own = config.text("transformer_impl", "transformer_engine").equals("local");
    boolean grouped = !own && config.flag("moe_grouped_gemm", false);
    return new ParallelPlan(
        size(config, TENSOR),
        new Division(
            stages,
            size(config, VIRTUAL),
            layers(config, FIRST_LAYERS),
            layers(config, LAST_LAYERS),
            config.flag(COUNTS_EMBEDDING, false),
            config.flag(COUNTS_HEAD, false),
            Optional.ofNullable(config.text(LAYOUT, "")).filter(text -> !text.isEmpty())),
        size(config, EXPERT),
        config.has("num_experts") ? layers(config, EXPERT_TENSOR) : OptionalInt.empty(),
        format,
        own ? Implementation.LOCAL : Implementation.TRANSFORMER_ENGINE,
        grouped ? Experts.GROUPED : Experts.SEQUENTIAL,
        config.number(DIVISOR, ParallelPlan.USUAL_DIVISOR));
  }

  private static int size(Config config, String key) {
    return Math.toIntExact(config.number(key, 1));
  }

  private static OptionalInt layers(Config config, String key) {
    return config.has(key)
        ? OptionalInt.of(Math.toIntExact(config.number(key)))
        : OptionalInt.empty();
  }

  private static TorchValue integer(long value) {
    return new TorchValue.Int(value);
  }

  private static TorchValue optional(OptionalInt value) {
    return value.isPresent() ? integer(value.getAsInt()) : TorchValue.None.NONE;
  }
}
