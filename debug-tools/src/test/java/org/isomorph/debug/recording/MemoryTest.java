package org.isomorph.debug.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.dialect.Dialects;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Report;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.tensor.OffHeap;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams and attention of one layer are in memory at a time, however many layers there are. */
class MemoryTest {
  private static final long WIDTH = 512;

  /** As many as make a stream one of the tensors that are counted. */
  private static final long TOKENS = 544;

  @TempDir Path folder;

  private static final long STREAM = WIDTH * TOKENS * Float.BYTES;

  /** What enters a layer and what leaves it, tables, and a little. */
  private static final long ENOUGH = 3 * STREAM;

  /** The most that was held when a piece was about to run. */
  private static final class Watch implements ProgressListener {
    private long most;

    @Override
    public void progress(long done, long total, String file) {
      long held = OffHeap.held();
      // What nobody has is freed by another thread, some time after it was found.
      for (int attempt = 0; attempt < 200 && held > ENOUGH; attempt++) {
        System.gc();
        LockSupport.parkNanos(10_000_000);
        held = OffHeap.held();
      }
      most = Math.max(most, held);
    }
  }

  private static Side.Running model(int layers) {
    Model model =
        causal("deep", 64, WIDTH)
            .layers(layers, block(rms(1e-5)).attention(gqa(2, 1).rope(10_000)).ffn(swiglu(64)))
            .head(lm());
    return new Side.Running("deep", Subject.of(model, Weights.random(model, 1)), Optional.empty());
  }

  /** The most that is held while a model is recorded, and while it is compared with that. */
  private long[] held(int layers) throws IOException {
    Side.Running running = model(layers);
    long[] ids = LongStream.range(0, TOKENS).map(at -> at * 31 % 64).toArray();
    Map<String, Tensor> inputs = Comparison.inputs(running.subject().model(), ids);
    Path file = folder.resolve(layers + ".safetensors");
    Watch recording = new Watch(), comparing = new Watch();
    List<String> values = List.of("*.in", "*.out", "*.probs", "logits");
    Recorder.record(running.subject(), inputs, values, file, "a test", recording);
    Side recorded = Side.find(file.toString(), Dialects.load(MemoryTest.class.getClassLoader()));
    Report report = ModelComparison.of(recorded, running).run(comparing);
    assertThat(report.outcome()).isEqualTo(Report.Outcome.SAME);
    assertThat(report.places()).hasSize(layers + 2);
    return new long[] {recording.most, comparing.most};
  }

  @Test
  void isThatOfOneLayer() throws IOException {
    for (long each : held(9)) assertThat(each).isBetween(STREAM, ENOUGH);
  }
}
