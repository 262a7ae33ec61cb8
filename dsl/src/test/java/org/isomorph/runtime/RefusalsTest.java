package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.SpecException;
import org.isomorph.spec.TinyModels;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be run is refused in words, and the next run is as good as any. */
class RefusalsTest {
  private final Map<String, LoadedModel> loaded = new HashMap<>();

  @TempDir Path folder;

  private LoadedModel load(String name) {
    return loaded.computeIfAbsent(
        name,
        _ -> {
          Model model = model(name);
          return LoadedModel.load(
              model, LoadedModelTest.random(model, 1), RunOptions.usual().in(DType.F32));
        });
  }

  private static Model model(String name) {
    return TinyModels.all().stream()
        .map(TinyModels.Tiny::model)
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Tensor row(long... values) {
    return Tensor.ofLongs(Shape.of(1, values.length), values);
  }

  private void refused(String model, Request request, String message) {
    LoadedModel runs = load(model);
    assertThatThrownBy(() -> runs.forward(request))
        .isInstanceOf(RunException.class)
        .hasMessage(message);
    assertThat(runs.forward(Request.of(LoadedModelTest.inputs(runs.model()))).values())
        .isNotEmpty();
  }

  @AfterEach
  void close() {
    loaded.values().forEach(LoadedModel::close);
  }

  // ---- inputs

  @Test
  void aNameThatNoModelTakes() {
    refused(
        "llama",
        Request.ids(1, 2).with("input_idz", row(1)),
        "no input is called input_idz; this model takes [input_ids, attention_mask]");
  }

  @Test
  void whatIsMissing() {
    refused(
        "t5",
        Request.ids(1, 2),
        "the model needs decoder_input_ids (index (batch, seq)); given were [input_ids]");
    refused(
        "llama",
        Request.of("attention_mask", row(1)),
        "the model needs input_ids (index (batch, seq)); given were [attention_mask]");
  }

  @Test
  void anotherShapeOrDType() {
    refused(
        "llama",
        Request.ids(1, 2).with("attention_mask", row(1, 1, 1)),
        "attention_mask: expected index (batch, seq) where batch is 1 by input_ids, seq is 2 by"
            + " input_ids, found I64 [1, 3]");
    refused(
        "llama",
        Request.of("input_ids", Tensor.ofLongs(Shape.of(2), 1, 2)),
        "input_ids: expected index (batch, seq), found I64 [2]");
    refused(
        "llama",
        Request.of("input_ids", Tensor.ofFloats(Shape.of(1, 1), 1)),
        "input_ids: expected whole numbers (I64), found F32");
  }

  @Test
  void nothing() {
    refused(
        "llama",
        Request.of("input_ids", Tensor.ofLongs(Shape.of(1, 0))),
        "input_ids is empty: I64 [1, 0]");
  }

  @Test
  void numbersThatNoTableHas() {
    refused(
        "llama",
        Request.ids(1, 99),
        "input_ids: expected numbers from 0 to 98, found 99 in row 0, column 1");
    refused(
        "llama",
        Request.ids(-1),
        "input_ids: expected numbers from 0 to 98, found -1 in row 0, column 0");
    refused(
        "bert",
        Request.ids(1, 2).with("token_type_ids", row(0, 2)),
        "token_type_ids: expected numbers from 0 to 1, found 2 in row 0, column 1");
    refused(
        "gpt2",
        Request.ids(1, 2).with("position_ids", row(0, 64)),
        "position_ids: expected numbers from 0 to 63, found 64 in row 0, column 1");
  }

  @Test
  void moreTokensThanPositions() {
    refused(
        "gpt2",
        Request.ids(new long[65]),
        "input_ids: the model has 64 positions, 65 tokens were given; give fewer");
  }

  @Test
  void masksThatHideAllOrSayNothing() {
    refused(
        "llama",
        Request.of(
            Map.of(
                "input_ids",
                Tensor.ofLongs(Shape.of(2, 2), 1, 2, 3, 4),
                "attention_mask",
                Tensor.ofLongs(Shape.of(2, 2), 1, 1, 0, 0))),
        "attention_mask hides all tokens of row 1");
    refused(
        "llama",
        Request.ids(1, 2).with("attention_mask", row(1, 7)),
        "attention_mask: expected 1 for tokens and 0 for padding, found 7 in row 0, column 1");
  }

  // ---- taps and feeds

  @Test
  void tapsAreNamedOrExplained() {
    LoadedModel llama = load("llama");
    assertThatThrownBy(() -> llama.forward(Request.ids(1).tap("decoder.0.attn.prob")))
        .isInstanceOf(SpecException.class)
        .hasMessageStartingWith(
            "no value decoder.0.attn.prob; the nearest are decoder.0.attn.probs, ");
    assertThatThrownBy(() -> llama.forward(Request.ids(1).tap("encoder.*")))
        .isInstanceOf(SpecException.class)
        .hasMessage("no value matches encoder.*");
    LoadedModel neox = load("gpt-neox");
    assertThatThrownBy(() -> neox.forward(Request.ids(1).tap("decoder.0.mid")))
        .hasMessageContaining("parallel block, no mid");
    assertThat(llama.forward(Request.ids(1)).logits().shape()).isEqualTo(Shape.of(1, 1, 99));
  }

  @Test
  void feedsAreOneValueAndFit() {
    refused(
        "llama",
        Request.ids(1).feed("decoder.0..2.out", row(1)),
        "a feed replaces one value, decoder.0..2.out names 3");
    refused(
        "llama",
        Request.ids(1).feed("decoder.0.out", Tensor.ofFloats(Shape.of(1, 1, 2), 1, 2)),
        "decoder.0.out: expected float (batch, seq, 32) where batch is 1 by input_ids, seq is 1 by"
            + " input_ids, found F32 [1, 1, 2]");
  }

  // ---- weights and devices

  @Test
  void weightsThatAreNotThere() {
    Model model = model("llama");
    assertThatThrownBy(() -> LoadedModel.load(model, Weights.of(Map.of()), RunOptions.usual()))
        .isInstanceOf(RunException.class)
        .hasMessage("there is no parameter embed.token.weight among 0 in memory");
  }

  @Test
  void devicesThatAreNotThere() {
    assertThatThrownBy(() -> Device.parse("cuda:99"))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith("device cuda:99 is not there; this machine has cpu");
    assertThatThrownBy(() -> Device.parse("tpu"))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith("device \"tpu\": expected cpu, cuda or cuda:N");
  }

  @Test
  void aFileThatBecameShorter() throws IOException {
    Model model = model("llama");
    Path file = folder.resolve("weights");
    Weights weights = inFile(model, LoadedModelTest.random(model, 1), file);
    try (LoadedModel runs = LoadedModel.load(model, weights, RunOptions.usual())) {
      assertThat(runs.forward(Request.ids(1)).values()).isNotEmpty();
      try (FileChannel cut = FileChannel.open(file, StandardOpenOption.WRITE)) {
        cut.truncate(10);
      }
      assertThatThrownBy(() -> runs.forward(Request.ids(1)))
          .isInstanceOf(RunException.class)
          .hasMessage(
              file + ": the file was changed while its weights were in use: open the model again");
    }
  }

  /** The same weights, one after the other in a file. */
  static Weights inFile(Model model, Weights weights, Path file) throws IOException {
    Map<String, StoredWeight> stored = new HashMap<>();
    Files.createFile(file);
    long offset = 0;
    for (Parameter parameter : Parameters.of(model)) {
      StoredWeight weight = weights.find(parameter.name());
      StoredWeight.Part part = weight.parts().getFirst();
      if (!(part.source() instanceof StoredWeight.Source.Memory(var data)))
        throw new IllegalArgumentException("not in memory: " + parameter);
      Files.write(
          file, data.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardOpenOption.APPEND);
      stored.put(
          parameter.name(),
          new StoredWeight(
              weight.dtype(),
              weight.shape(),
              List.of(new StoredWeight.Part(file, offset, part.to(), part.dims()))));
      offset += data.byteSize();
    }
    return stored::get;
  }
}
