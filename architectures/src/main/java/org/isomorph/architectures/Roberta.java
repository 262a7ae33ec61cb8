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
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;

/**
 * RoBERTa: BERT's encoder with positions that are counted from the id of the padding token. Liu et
 * al., arXiv 1907.11692.
 *
 * <p>The published files hold a pooler that their class does not have.
 */
public final class Roberta implements Dialect {
  private static final String PREFIX = "roberta.";
  private static final String PADDING = "pad_token_id";
  private static final long USUAL_PADDING = 1;
  private static final List<ModelClass> CLASSES =
      List.of(ModelClass.of("RobertaModel", "pooler"), ModelClass.of("RobertaForMaskedLM", "mlm"));

  @Override
  public String name() {
    return "roberta";
  }

  @Override
  public String summary() {
    return "RoBERTa: BERT with positions counted from the padding id";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("roberta");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    BertLike common = BertLike.reading(config);
    // The first token has the row behind the padding token's, which is never used.
    long unused = config.number(PADDING, USUAL_PADDING) + 1;
    long positions = common.positions() - unused;
    return common
        .model(
            "roberta",
            tokens ->
                tokens
                    .position(Dsl.learned(positions).offset(unused))
                    .numbering(Tokens.Numbering.UNPADDED),
            // Unlike BERT's, this head's activation is no key's to say.
            heads(ModelClass.heads(config, CLASSES), tensors, Dsl.mlm(common.norm())))
        .context(positions);
  }

  private static List<Head> heads(Set<String> labels, TensorInfos tensors, Head mlm) {
    List<Head> heads = new ArrayList<>();
    if (BertLike.pools(labels, tensors, PREFIX)) heads.add(Dsl.pooler());
    if (labels.contains("mlm") || tensors.has("lm_head.bias")) heads.add(mlm);
    return heads;
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    AbsolutePosition position = model.tokens().map(Tokens::position).orElse(AbsolutePosition.NONE);
    long unused =
        position instanceof AbsolutePosition.Learned learned ? learned.offset() : USUAL_PADDING + 1;
    long rows = Math.addExact(Outline.of(model).positions(), unused);
    Config.Builder config = BertLike.write(model, "roberta", CLASSES, rows);
    if (unused != USUAL_PADDING + 1 || !model.ids(Role.PAD).isEmpty())
      config.set(PADDING, unused - 1);
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = BertLike.rows(PREFIX);
    rows.addAll(Row.weightAndBias("lm_head.dense", "mlm.dense"));
    rows.addAll(Row.weightAndBias("lm_head.layer_norm", "mlm.norm"));
    rows.add(row("lm_head.bias", "mlm.bias"));
    // Some files repeat the tied decoder and its bias.
    rows.add(Row.copy("lm_head.decoder.weight", "embed.token.weight"));
    rows.add(Row.copy("lm_head.decoder.bias", "mlm.bias"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("roberta-base");
  }
}
