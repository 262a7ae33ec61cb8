package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.isomorph.convert.Adjustment;
import org.isomorph.convert.Adjustments;
import org.isomorph.convert.Change;
import org.isomorph.convert.Claim;
import org.isomorph.convert.Step;
import org.isomorph.layout.Box;
import org.isomorph.layout.Layout;
import org.isomorph.layout.Piece;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** A model with weights in memory, to which steps are applied element by element. */
record Adjusted(Model model, Map<String, double[]> weights) {
  /** Random weights, of which none is zero and no two are equal. */
  static Adjusted random(Model model, long seed) {
    Random random = new Random(seed);
    Map<String, double[]> weights = new HashMap<>();
    for (Parameter parameter : Parameters.of(model)) {
      double mean = parameter.kind() == Parameter.Kind.GAIN ? 1 : 0;
      double deviation = parameter.kind() == Parameter.Kind.MATRIX ? 0.3 : 0.5;
      double[] values = new double[(int) parameter.shape().elements()];
      Arrays.setAll(values, _ -> (float) random.nextGaussian(mean, deviation));
      weights.put(parameter.name(), values);
    }
    return new Adjusted(model, weights);
  }

  /** This model, brought as near to another as all laws lead, whose claims must be so. */
  Adjusted toward(Model nearest) {
    Adjusted current = this;
    for (Adjustment law : Adjustments.ALL)
      for (Step step : law.toward(current.model, nearest)) current = current.then(step);
    return current;
  }

  Adjusted then(Step step) {
    for (Claim claim : step.claims()) assertThat(holds(claim)).as(claim.toString()).isTrue();
    Map<String, double[]> after = new LinkedHashMap<>();
    for (Parameter parameter : Parameters.of(step.model()))
      after.put(parameter.name(), changed(parameter, step.changes().get(parameter.name())));
    return new Adjusted(step.model(), after);
  }

  private double[] changed(Parameter parameter, Change change) {
    int elements = (int) parameter.shape().elements();
    return switch (change) {
      case null -> values(parameter.name(), elements);
      case Change.Zeros _ -> new double[elements];
      case Change.Arranged arranged -> arranged(arranged.layout(), elements);
      case Change.Computed computed -> {
        double[] values = values(parameter.name(), elements).clone();
        int columns = (int) parameter.shape().dim(-1);
        computed.transform().apply(values, 0, elements / columns, columns);
        yield values;
      }
    };
  }

  private double[] values(String parameter, int elements) {
    double[] values = weights.get(parameter);
    assertThat(values).as(parameter).isNotNull().hasSize(elements);
    return values;
  }

  private double[] arranged(Layout<String> layout, int elements) {
    double[] result = new double[elements];
    Arrays.fill(result, Double.NaN);
    Map<String, Shape> shapes = new HashMap<>();
    for (Parameter parameter : Parameters.of(model))
      shapes.put(parameter.name(), parameter.shape());
    for (Piece<String, String> piece : layout.mapping("", shapes::get).pieces())
      copy(
          piece.box(),
          0,
          piece.box().from(),
          piece.box().to(),
          weights.get(piece.source()),
          result);
    assertThat(result).doesNotContain(Double.NaN);
    return result;
  }

  private static void copy(Box box, int dim, long from, long to, double[] source, double[] target) {
    if (dim == box.dims().size()) {
      target[(int) to] = source[(int) from];
      return;
    }
    Box.Dim steps = box.dims().get(dim);
    for (long i = 0; i < steps.extent(); i++)
      copy(box, dim + 1, from + i * steps.fromStride(), to + i * steps.toStride(), source, target);
  }

  boolean holds(Claim claim) {
    return switch (claim) {
      case Claim.Zero zero -> Arrays.stream(weights.get(zero.parameter())).allMatch(x -> x == 0);
      case Claim.Same same ->
          Arrays.equals(weights.get(same.parameter()), weights.get(same.other()));
      case Claim.Repeated repeated -> isRepeated(repeated);
    };
  }

  private boolean isRepeated(Claim.Repeated claim) {
    double[] values = weights.get(claim.parameter());
    int part = values.length / (int) claim.parts(), group = part * (int) claim.times();
    for (int at = 0; at < values.length; at++)
      if (values[at] != values[at / group * group + at % part]) return false;
    return true;
  }

  /** Logits in float64. */
  double[] logits(long... ids) {
    Map<String, Tensor> tensors = new HashMap<>();
    for (Parameter parameter : Parameters.of(model))
      tensors.put(
          parameter.name(), Tensor.ofDoubles(parameter.shape(), weights.get(parameter.name())));
    try (LoadedModel loaded =
        LoadedModel.load(model, Weights.of(tensors), RunOptions.usual().in(DType.F64))) {
      return loaded.forward(Request.ids(ids)).logits().doubles();
    }
  }

  /** The reductions of all laws whose claims are so. */
  Adjusted reduced() {
    Adjusted current = this;
    for (Adjustment law : Adjustments.ALL) {
      List<Step> steps = law.reductions(current.model);
      for (Step step : steps)
        if (step.claims().stream().allMatch(current::holds)) {
          current = current.then(step);
          break;
        }
    }
    return current;
  }
}
