import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Dialects;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.RunOptions;
import org.isomorph.runtime.Session;
import org.isomorph.tensor.DType;

/**
 * Times a prompt and the tokens after it: one process, one line of medians. Run by bench/forward.
 *
 * <p>Arguments: a checkpoint, F32 or BF16, the prompt's length, how many tokens, how many rounds.
 */
void main(String[] arguments) throws Exception {
  Path directory = Path.of(arguments[0]);
  DType dtype = DType.valueOf(arguments[1]);
  int prompt = Integer.parseInt(arguments[2]);
  int tokens = Integer.parseInt(arguments[3]);
  int rounds = Integer.parseInt(arguments[4]);
  long[] ids = new long[prompt];
  for (int i = 0; i < prompt; i++) ids[i] = 7 + i * 31 % 1000;
  double[] prefills = new double[rounds];
  double[] steps = new double[rounds * tokens];
  Dialects dialects = Dialects.load(ClassLoader.getSystemClassLoader());
  Checkpoint checkpoint = Checkpoint.open(directory, dialects);
  try (LoadedModel model = checkpoint.load(RunOptions.usual().in(dtype))) {
    for (int round = -1; round < rounds; round++)
      try (Session session = model.session()) {
        long start = System.nanoTime();
        long next = greatest(session.next(ids).logits().floats());
        if (round >= 0) prefills[round] = (System.nanoTime() - start) / 1e6;
        for (int token = 0; token < tokens; token++) {
          start = System.nanoTime();
          next = greatest(session.next(next).logits().floats());
          if (round >= 0) steps[round * tokens + token] = (System.nanoTime() - start) / 1e6;
        }
      }
  }
  IO.println("%.1f %.1f %d".formatted(median(prefills), median(steps), peak() / 1024));
}

/** The likeliest token of the last position: what a decoder needs to know. */
long greatest(float[] logits) {
  int from = logits.length - 32_000, best = from;
  for (int at = from; at < logits.length; at++) if (logits[at] > logits[best]) best = at;
  return best - from;
}

double median(double[] values) {
  double[] sorted = values.clone();
  Arrays.sort(sorted);
  return sorted[sorted.length / 2];
}

/** Peak resident memory in KiB. */
long peak() throws Exception {
  for (String line : Files.readAllLines(Path.of("/proc/self/status")))
    if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", ""));
  return 0;
}
