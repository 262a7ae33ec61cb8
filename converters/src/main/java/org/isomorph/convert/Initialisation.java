package org.isomorph.convert;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Arrangement;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.BlockScales;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;

/**
 * A new checkpoint of random weights, planned like a conversion: the same files, tables and
 * executor, with draws in place of sources.
 *
 * <p>All parameters are random, so that one which somebody forgets shows: matrices, tables and
 * biases around 0, gains around their neutral value, with a standard deviation of 0.02.
 *
 * @param model what is written
 * @param written its files
 * @param blueprint every byte
 */
public record Initialisation(Model model, WrittenTensors written, Blueprint blueprint) {
  private static final double DEVIATION = 0.02;

  /** Scales differ from block to block, so that one that is mistaken for another shows. */
  private static final double SPREAD_OF_SCALES = 10;

  /**
   * Plans a new checkpoint.
   *
   * @param seed which of all random models; the same seed gives the same parameters in every family
   * @param quantise blocks in which the matrices of layers are stored as 8-bit floats with scales
   * @param headersOnly whether data is left as holes that read as zeros and take no space
   * @throws ConversionRefused if the family cannot express the model
   */
  public static Initialisation plan(
      Model model,
      Dialect target,
      DType dtype,
      Optional<BlockScales> quantise,
      Arrangement files,
      long seed,
      boolean headersOnly)
      throws IOException {
    Expression.Expressed expressed =
        switch (Expression.of(target, model, Spelling.BEFORE_5)) {
          case Expression.Expressed yes -> yes;
          case Expression.Refused no ->
              throw new ConversionRefused(
                  model.name() + " cannot be written as " + target.name(),
                  no.reasons().stream().map(Difference::sentence).toList());
        };
    Table table = Table.of(expressed.model(), target.rows(expressed.model()));
    List<TensorInfo> infos = new ArrayList<>();
    List<TensorInfo> scales = new ArrayList<>();
    for (Table.Entry entry : table.entries()) {
      boolean quantised = quantise.isPresent() && Quantisation.applies(entry, table);
      infos.add(new TensorInfo(entry.name(), quantised ? DType.F8_E4M3 : dtype, entry.shape()));
      if (quantised) {
        String name = entry.name() + BlockScales.SUFFIX;
        TensorInfo scale = new TensorInfo(name, DType.F32, quantise.get().shape(entry.shape()));
        infos.add(scale);
        scales.add(scale);
      }
    }
    List<Mapping<String, String>> layouts = new ArrayList<>(List.of(table.mapping()));
    for (Table.Duplicate duplicate : table.duplicates())
      if (duplicate.always()) {
        infos.add(new TensorInfo(duplicate.name(), dtype, duplicate.parameter().shape()));
        layouts.add(
            Mapping.copy(
                duplicate.parameter().name(), duplicate.name(), duplicate.parameter().shape()));
      }
    for (Table.Zeros zeros : table.zeros())
      infos.add(new TensorInfo(zeros.name(), dtype, zeros.beside().shape()));
    Config config = DTypeKeys.set(expressed.config(), target, Spelling.BEFORE_5, dtype);
    if (quantise.isPresent()) config = Quantisation.with(config, quantise.get());
    WrittenTensors written = files.files(infos, expressed.model(), config);
    Map<String, List<Blueprint.Task>> tasks = new HashMap<>();
    if (!headersOnly) {
      draws(tasks, table, Mapping.union(layouts).then(written.mapping()), seed);
      scales(tasks, scales, written.mapping(), seed);
    }
    return new Initialisation(expressed.model(), written, Blueprints.of(written, tasks, List.of()));
  }

  private static void draws(
      Map<String, List<Blueprint.Task>> tasks,
      Table table,
      Mapping<String, WrittenTensors.Entry> mapping,
      long seed) {
    mapping
        .bySource()
        .forEach((name, pieces) -> {
          Parameter parameter = table.parameters().get(name);
          if (parameter == null) throw new IllegalStateException("no parameter is called " + name);
          // What has scales is divided by them: they carry the deviation.
          boolean scaled = pieces.getFirst().target().info().dtype() == DType.F8_E4M3;
          Transform draw =
              new NormalDraw(
                  NormalDraw.seed(seed, name),
                  parameter.kind() == Parameter.Kind.GAIN ? 1 : 0,
                  scaled ? 1 : DEVIATION);
          Blueprints.compute(tasks, parameter.shape(), draw, List.of(), pieces);
        });
  }

  private static void scales(
      Map<String, List<Blueprint.Task>> tasks,
      List<TensorInfo> scales,
      Mapping<String, WrittenTensors.Entry> mapping,
      long seed) {
    Map<String, List<Piece<String, WrittenTensors.Entry>>> written = mapping.bySource();
    for (TensorInfo scale : scales) {
      String name = scale.name();
      Transform draw =
          new NormalDraw(NormalDraw.seed(seed, name), DEVIATION, DEVIATION / SPREAD_OF_SCALES);
      Blueprints.compute(
          tasks, scale.shape(), draw, List.of(), written.getOrDefault(name, List.of()));
    }
  }
}
