package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Model;

/** GLM-4-0414: GLM with a second norm behind each attention and each feed-forward layer. */
public final class Glm4 implements Dialect {
  @Override
  public String name() {
    return "glm4";
  }

  @Override
  public String summary() {
    return "GLM-4-0414: GLM with norms on both sides of attention and feed-forward layers";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("glm4");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    return Glm.model(config, "glm4", Dsl::sandwich);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    return Glm.write(model, "glm4", "Glm4", spelling);
  }

  @Override
  public List<Row> rows(Model model) {
    String layer = "model.layers.{i}.", block = "decoder.{i}.";
    return Glm.rows(
        List.of(
            row(layer + "post_self_attn_layernorm.weight", block + "attn.post_norm.weight"),
            row(layer + "post_mlp_layernorm.weight", block + "ffn.post_norm.weight")));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("glm-4-9b-0414");
  }
}
