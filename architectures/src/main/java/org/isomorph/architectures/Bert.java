package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;

/**
 * BERT: an encoder with norms behind its residuals, learned positions and two segments. Devlin et
 * al., arXiv 1810.04805.
 *
 * <p>The class in {@code architectures} says which heads there are; files often hold more of them
 * than it says, and then those count too.
 */
public final class Bert implements Dialect {
  private static final String PREFIX = "bert.";
  private static final List<ModelClass> CLASSES =
      List.of(
          ModelClass.of("BertModel", "pooler"),
          ModelClass.of("BertForPreTraining", "pooler", "mlm", "nsp"),
          ModelClass.of("BertForMaskedLM", "mlm"),
          ModelClass.of("BertForNextSentencePrediction", "pooler", "nsp"));

  @Override
  public String name() {
    return "bert";
  }

  @Override
  public String summary() {
    return "BERT: an encoder, with its pooler, masked language model and next-sentence heads";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("bert");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    BertLike common = BertLike.reading(config);
    long positions = common.positions();
    return common
        .model(
            "bert",
            tokens -> tokens.position(Dsl.learned(positions)),
            heads(
                ModelClass.heads(config, CLASSES),
                tensors,
                new Head.Mlm(common.activation(), common.norm())))
        .context(positions);
  }

  /** Those of the class, and those that the files hold besides. */
  private static List<Head> heads(Set<String> labels, TensorInfos tensors, Head mlm) {
    List<Head> heads = new ArrayList<>();
    if (BertLike.pools(labels, tensors, PREFIX)) heads.add(Dsl.pooler());
    if (labels.contains("mlm") || tensors.has("cls.predictions.bias")) heads.add(mlm);
    if (labels.contains("nsp") || tensors.has("cls.seq_relationship.weight"))
      heads.add(Dsl.nextSentence());
    return heads;
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    return BertLike.write(model, "bert", CLASSES, Outline.of(model).positions()).build();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = BertLike.rows(PREFIX);
    rows.addAll(Row.weightAndBias("cls.predictions.transform.dense", "mlm.dense"));
    String norm = "cls.predictions.transform.LayerNorm.";
    rows.add(row(norm + "weight", "mlm.norm.weight").alias(norm + "gamma"));
    rows.add(row(norm + "bias", "mlm.norm.bias").alias(norm + "beta"));
    rows.add(row("cls.predictions.bias", "mlm.bias"));
    rows.addAll(Row.weightAndBias("cls.seq_relationship", "nsp"));
    // Some files repeat the tied decoder and its bias.
    rows.add(Row.copy("cls.predictions.decoder.weight", "embed.token.weight"));
    rows.add(Row.copy("cls.predictions.decoder.bias", "mlm.bias"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("bert-base-uncased");
  }
}
