package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.layerNorm;
import static org.isomorph.spec.Dsl.learned;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mha;
import static org.isomorph.spec.Dsl.mlp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.TorchValue;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints from before Megatron had a core: other names, and other orders of QKV. */
class LegacyTest {
  private static final int HEADS = 4, DIM = 3;

  private static final Model MODEL =
      causal("legacy", 21, 12)
          .embed(tokens -> tokens.position(learned(9)))
          .layers(
              2,
              block(layerNorm(1e-5))
                  .attention(mha(HEADS).headDim(DIM).biased())
                  .ffn(mlp(16, Activation.GELU).biased()))
          .head(lm().tied(true))
          .context(9);

  @TempDir Path folder;

  /** The version is that of the file, {@code none} where it does not say one. */
  @ParameterizedTest
  @CsvSource({
    "none, encoder, norm",
    "0, transformer, layernorm",
    "1, encoder, layernorm",
    "2, encoder, norm",
    "3, transformer, norm"
  })
  void anOlderFileIsTheSameModel(String version, String stack, String norm) throws IOException {
    Path core = folder.resolve("core"), old = folder.resolve("old");
    Checkpoints.initialise(MODEL, core, Ask.tensor(2), DType.F32, 3);
    Folder.copy(core, old);
    for (Path rank : MegatronDirectory.rankDirectories(old.resolve("iter_0000001")))
      rewrite(rank.resolve("model_optim_rng.pt"), version, stack, norm);

    assertThat(Checkpoints.content(old)).isEqualTo(Checkpoints.content(core));
  }

  private static void rewrite(Path file, String version, String stack, String norm)
      throws IOException {
    Map<String, Content> tensors = Folder.tensors(file, "model");
    Map<String, TorchValue> embedding = new LinkedHashMap<>(), layers = new LinkedHashMap<>();
    for (Map.Entry<String, Content> each : tensors.entrySet()) {
      String name = each.getKey();
      if (name.contains("linear_qkv")) each.setValue(older(each.getValue(), version));
      Content content = each.getValue();
      TorchValue tensor =
          new TorchValue.Tensor(new TensorInfo(name, content.dtype(), content.shape()));
      if (name.startsWith("embedding."))
        embedding.put(
            name.substring("embedding.".length(), name.lastIndexOf('.')),
            new TorchValue.Dict(Map.of("weight", tensor)));
      else layers.put(older(name, norm), tensor);
    }
    Map<String, TorchValue> model = new LinkedHashMap<>();
    model.put(
        "language_model",
        new TorchValue.Dict(
            Map.of(
                "embedding",
                new TorchValue.Dict(embedding),
                stack,
                new TorchValue.OrderedDict(layers))));
    Map<String, TorchValue> top = new LinkedHashMap<>();
    new RankFile("", List.of(), TorchFile.read(file))
        .config()
        .ifPresent(config -> top.put("args", Namespaces.namespaceOf(config, Map.of())));
    if (!version.equals("none"))
      top.put("checkpoint_version", new TorchValue.Real(Double.parseDouble(version)));
    top.put("iteration", new TorchValue.Int(1));
    top.put("model", new TorchValue.Dict(model));
    Folder.write(file, new TorchValue.Dict(top), tensors);
  }

  private static String older(String name, String norm) {
    return name.replace("decoder.", "")
        .replace("input_layernorm", "input_" + norm)
        .replace("pre_mlp_layernorm", "post_attention_" + norm)
        .replace("final_layernorm", "final_" + norm)
        .replace("self_attention.linear_qkv", "self_attention.query_key_value")
        .replace("self_attention.linear_proj", "self_attention.dense")
        .replace("linear_fc1", "dense_h_to_4h")
        .replace("linear_fc2", "dense_4h_to_h");
  }

  /** Rows [heads, 3, dim] as [3, heads, dim] before version 1, as [heads, dim, 3] before 2. */
  private static Content older(Content rows, String version) {
    double number = version.equals("none") ? 0 : Double.parseDouble(version);
    if (number >= 2) return rows;
    int heads = HEADS / 2, row = rows.bytes().capacity() / (heads * 3 * DIM);
    byte[] from = rows.bytes().array(), to = new byte[from.length];
    for (int head = 0; head < heads; head++)
      for (int which = 0; which < 3; which++)
        for (int at = 0; at < DIM; at++) {
          int now = (head * 3 + which) * DIM + at;
          int then = number < 1 ? (which * heads + head) * DIM + at : (head * DIM + at) * 3 + which;
          System.arraycopy(from, now * row, to, then * row, row);
        }
    return new Content(rows.dtype(), rows.shape(), ByteBuffer.wrap(to));
  }
}
