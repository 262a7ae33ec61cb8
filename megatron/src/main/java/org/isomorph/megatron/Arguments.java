package org.isomorph.megatron;

import java.util.List;
import java.util.Map;
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
    Map<String, TorchValue> over = new TreeMap<>();
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
    over.put(
        "virtual_pipeline_model_parallel_size",
        division.virtual() > 1 ? integer(division.virtual()) : TorchValue.None.NONE);
    over.put("decoder_first_pipeline_num_layers", optional(division.firstLayers()));
    over.put("decoder_last_pipeline_num_layers", optional(division.lastLayers()));
    over.put(
        "account_for_embedding_in_pipeline_split", new TorchValue.Bool(division.countsEmbedding()));
    over.put("account_for_loss_in_pipeline_split", new TorchValue.Bool(division.countsHead()));
    over.put(
        "pipeline_model_parallel_layout",
        division.text().<TorchValue>map(TorchValue.Text::new).orElse(TorchValue.None.NONE));
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
    return Namespaces.namespaceOf(config.without(List.of(ITERATION)), over);
  }

  private static TorchValue integer(long value) {
    return new TorchValue.Int(value);
  }

  private static TorchValue optional(OptionalInt value) {
    return value.isPresent() ? integer(value.getAsInt()) : TorchValue.None.NONE;
  }
}
