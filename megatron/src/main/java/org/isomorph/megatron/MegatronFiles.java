package org.isomorph.megatron;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.convert.DTypes;
import org.isomorph.dialect.Arrangement;
import org.isomorph.dialect.Config;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TorchValue;

/**
 * Writes a model for Megatron: the directory of one iteration, and the file that says which it is.
 */
public final class MegatronFiles implements Arrangement {
  private static final long FIRST_ITERATION = 1;

  private final ParallelPlan plan;

  private MegatronFiles(ParallelPlan plan) {
    this.plan = plan;
  }

  /** The files of a model that is spread so. */
  public static MegatronFiles of(ParallelPlan plan) {
    return new MegatronFiles(plan);
  }

  /** The files of a model on one rank. */
  public static MegatronFiles usual() {
    return of(ParallelPlan.usual());
  }

  /**
   * A model about to be written.
   *
   * @param padded its vocabulary with padding
   * @param arguments what a training program is told
   * @param iteration the iteration that it has reached
   */
  record Draft(
      ParallelPlan plan,
      ParallelLayout layout,
      Form form,
      Shards shards,
      List<TensorInfo> tensors,
      long padded,
      TorchValue.Namespace arguments,
      long iteration) {
    /** A file's path, from its path within the directory of the iteration. */
    String path(String file) {
      return MegatronDirectory.subdirectory(Long.toString(iteration)) + "/" + file;
    }

    /** The small files, and the one that names the directory among them. */
    Map<String, String> texts(Map<String, String> inside) {
      Map<String, String> texts = new HashMap<>();
      inside.forEach((name, text) -> texts.put(path(name), text));
      texts.put(MegatronDirectory.TRACKER, Long.toString(iteration));
      return texts;
    }

    /** What all ranks have in common, before the model's state. */
    Map<String, TorchValue> common() {
      Map<String, TorchValue> common = new LinkedHashMap<>();
      common.put("args", arguments);
      common.put("checkpoint_version", new TorchValue.Real(3));
      common.put("iteration", new TorchValue.Int(iteration));
      common.put("num_floating_point_operations_so_far", new TorchValue.Int(0));
      return common;
    }
  }

  @Override
  public WrittenTensors files(List<TensorInfo> tensors, Model model, Config config) {
    ParallelLayout layout = plan.of(model);
    long vocabulary = model.tokens().orElseThrow().vocabulary();
    long padded = Shards.padded(vocabulary, plan.vocabularyDivisor(), plan.tensor());
    Form form = Form.of(model, plan.implementation(), plan.modules());
    Draft draft =
        new Draft(
            plan,
            layout,
            form,
            new Shards(layout, form, padded),
            ModuleOrder.of(model, tensors),
            padded,
            // Megatron loads parameters as one dtype: that of most of the elements.
            Arguments.of(config, plan, layout, padded, DTypes.main(tensors)),
            config.number(Arguments.ITERATION, FIRST_ITERATION));
    return switch (plan.format()) {
      case TORCH -> new RankWriter(draft).files();
      case TORCH_DIST -> new DistributedWriter(draft).files();
    };
  }
}
