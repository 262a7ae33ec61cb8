package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Difference;
import org.isomorph.spec.SpecDiff;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/** Conversions in this process, and what their results hold. */
final class Conversions {
  private Conversions() {}

  static Plan plan(Path source, String family) throws IOException {
    return Planner.plan(source, ConversionRequest.to(DIALECTS.named(family)), DIALECTS);
  }

  static Plan convert(Path source, Path destination, String family) throws IOException {
    Plan plan = plan(source, family);
    Executor.run(plan.blueprint(), destination, Options.withThreads(2), ProgressListener.NONE);
    return plan;
  }

  /** Every tensor of a directory: dtype, shape and bytes. */
  static Map<String, String> tensors(Path directory) throws IOException {
    Map<String, String> tensors = new TreeMap<>();
    StoredTensors stored = StoredTensors.open(directory);
    for (Piece<TensorSource, String> piece : stored.storage().pieces()) {
      StoredTensor whole = (StoredTensor) piece.source();
      TensorInfo info = stored.tensors().get(piece.target());
      assertThat(piece.box()).as(info.name()).isEqualTo(Box.run(0, 0, info.shape().elements()));
      tensors.put(info.name(), shown(info, whole));
    }
    return tensors;
  }

  /** Dtype, shape and bytes. */
  static String shown(TensorInfo info, StoredTensor tensor) throws IOException {
    return info.dtype() + " " + info.shape() + " " + HexFormat.of().formatHex(bytes(tensor));
  }

  static byte[] bytes(StoredTensor tensor) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
    tensor.read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  /** The result of a plan is what the plan says, and computes what the plan says. */
  static Checkpoint assertOpens(Path destination, Plan plan) throws IOException {
    Checkpoint result = Goldens.open(destination);
    assertThat(result.dialect()).isEqualTo(plan.target());
    assertThat(result.unknown()).isEmpty();
    assertThat(SpecDiff.between(plan.model(), result.model()))
        .noneMatch(Difference::changesFunction);
    return result;
  }
}
