package org.isomorph.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.DistributedTensor;
import org.isomorph.tensorfile.TorchLayout;
import org.isomorph.tensorfile.TorchValue;
import org.isomorph.testing.Printed;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.Test;

/** Runs what docs/formats.md shows. */
class FormatsSnippetsTest {
  @Test
  void aTreeOfValues() {
    TensorInfo info = new TensorInfo("w", DType.F32, Shape.of(2, 3));
    // snippet: tree
    TorchValue file =
        new TorchValue.Dict(
            Map.of(
                "args", new TorchValue.Namespace(Map.of("num_layers", new TorchValue.Int(32))),
                "model", new TorchValue.OrderedDict(Map.of("w", new TorchValue.Tensor(info)))));
    TorchLayout layout = TorchLayout.of("model_optim_rng", file);
    // end
    assertThat(layout.offsets()).containsOnlyKeys("w");
  }

  @Test
  void aDistributedCheckpoint() throws Exception {
    Path directory =
        Snippets.page(
            "converters/src/test/resources/org/isomorph/tensorfile/distributed/megatron-lm");
    String printed =
        Printed.by(() -> {
          // snippet: distributed
          DistributedDirectory checkpoint = DistributedDirectory.open(directory);
          DistributedTensor tensor = checkpoint.tensors().get("decoder.final_layernorm.weight");
          for (DistributedTensor.Chunk chunk : tensor.chunks())
            System.out.println(chunk.window() + " is in " + chunk.tensor().storage().file());
          // end
        });
    assertThat(printed.strip()).startsWith("[0:64] is in ").endsWith("__2_0.distcp");
  }
}
