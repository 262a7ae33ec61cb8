package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.isomorph.compile.Script;
import org.isomorph.compile.TorchScript;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.graph.Passes;
import org.isomorph.graph.Piece;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * A model that runs piece by piece, with the weights of one piece in memory at a time: for models
 * larger than memory, and for whoever wants to hand in other values between layers.
 *
 * <pre>{@code
 * try (PiecewiseModel model = PiecewiseModel.of(spec, weights, DType.F32)) {
 *   Map<String, Tensor> values = model.inputs(request);
 *   for (Piece piece : model.pieces())
 *     try (PiecewiseModel.Bound bound = model.bind(piece)) {
 *       values.putAll(bound.run(values).values());
 *     }
 * }
 * }</pre>
 *
 * <p>Pieces that compute the same are compiled once. What a model gives besides its heads' results,
 * the logits of further tokens, is among the outputs.
 */
public final class PiecewiseModel implements AutoCloseable {
  private final Model model;
  private final Weights weights;
  private final DType dtype;
  private final Graph graph;
  private final List<Piece> pieces;
  private final Map<String, String> handed = new HashMap<>();
  private final Map<String, Program> programs = new HashMap<>();

  private PiecewiseModel(Model model, Weights weights, DType dtype) {
    this.model = model;
    this.weights = weights;
    this.dtype = dtype;
    this.graph = complete(model);
    this.pieces = Passes.pieces(graph);
    for (Node node : graph.nodes())
      if (node.op() instanceof Op.Remember || node.op() instanceof Op.Keep)
        if (pieces.stream().anyMatch(each -> each.graph().outputs().containsKey(node.result())))
          handed.put(node.inputs().getFirst(), node.result());
  }

  /**
   * A model to be run on the processor.
   *
   * @param dtype of the computation: F32, BF16 or F64
   * @throws RunException if a weight is missing or has another shape than the model says
   */
  public static PiecewiseModel of(Model model, Weights weights, DType dtype) {
    Weights checked = LoadedModel.checked(model, weights);
    for (Parameter parameter : Parameters.of(model)) checked.find(parameter.name());
    return new PiecewiseModel(model, checked, dtype);
  }

  /** All that a model gives: of whole sequences it predicts further tokens too. */
  private static Graph complete(Model model) {
    Graph whole = Lowering.whole(model);
    List<String> further =
        Values.of(model).all().stream()
            .map(Value::name)
            .filter(name -> name.startsWith("mtp.") && whole.type(name).isPresent())
            .toList();
    return Passes.live(further.isEmpty() ? whole : Passes.tap(whole, further));
  }

  /** The description. */
  public Model model() {
    return model;
  }

  /** What it computes in. */
  public DType dtype() {
    return dtype;
  }

  /** Where the weights are. */
  public Weights weights() {
    return weights;
  }

  /** All pieces together. */
  public Graph graph() {
    return graph;
  }

  /** In the order in which they are run. */
  public List<Piece> pieces() {
    return pieces;
  }

  /**
   * What pieces call a value when they hand it on, by its canonical name: without a memory, what is
   * remembered of a value is the value.
   */
  public String handed(String canonical) {
    String value = graph.value(canonical);
    return handed.getOrDefault(value, value);
  }

  /**
   * What the first piece is given: the model's inputs, checked, and completed where it can do
   * without.
   *
   * @throws RunException if one is missing or does not fit
   */
  public SequencedMap<String, Tensor> inputs(Map<String, Tensor> given) {
    return new LinkedHashMap<>(Arguments.of(model, graph, given, 0, Set.of()));
  }

  /** A piece, ready to run; to be closed, and closed before the next if memory is short. */
  public Bound bind(Piece piece) {
    return bind(piece, weights);
  }

  /** As {@link #bind(Piece)}, with other weights: what if they were these? */
  public Bound bind(Piece piece, Weights weights) {
    Graph common = piece.common();
    Script script = TorchScript.of(common, dtype);
    Program program =
        programs.computeIfAbsent(script.source(), _ -> Compiled.load(script, Device.CPU));
    return new Bound(piece, new Compiled(script, program), weights);
  }

  /** How many programs were compiled. */
  int programs() {
    return programs.size();
  }

  /** A piece with its weights. */
  public final class Bound implements AutoCloseable {
    private final Piece piece;
    private final Compiled compiled;
    private final WeightPool pool;
    private final NativeValue list;

    private Bound(Piece piece, Compiled compiled, Weights weights) {
      this.piece = piece;
      this.compiled = compiled;
      this.pool = new WeightPool(weights, dtype, Device.CPU);
      Map<String, String> own = new HashMap<>();
      for (String name : piece.graph().parameters().keySet()) own.put(piece.common(name), name);
      try {
        this.list =
            pool.list(
                compiled.script().weights().stream()
                    .map(name -> own.getOrDefault(name, name))
                    .toList());
      } catch (RuntimeException failed) {
        pool.close();
        throw failed;
      }
    }

    /**
     * Runs the piece.
     *
     * @param values by name, at least those that are the piece's inputs
     * @return its outputs by label
     * @throws RunException if a file with weights was changed
     */
    public Outputs run(Map<String, Tensor> values) {
      pool.requireUnchanged();
      List<NativeValue> opened = new ArrayList<>();
      try {
        Map<String, NativeValue> given = new LinkedHashMap<>();
        for (String name : piece.graph().inputs().keySet()) {
          Tensor tensor = values.get(name);
          if (tensor == null) throw new RunException(piece.name() + " reads " + name);
          NativeValue value = NativeValue.of(tensor, Device.CPU);
          opened.add(value);
          given.put(piece.common(name), value);
        }
        Map<String, NativeValue> found = compiled.run(given, x -> x, list, null, 0, opened);
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        for (String label : piece.graph().outputs().keySet()) {
          NativeValue value = found.get(piece.common(label));
          if (value != null) outputs.put(label, value.tensor());
        }
        return new Outputs(outputs);
      } finally {
        opened.forEach(NativeValue::close);
      }
    }

    /**
     * Moves every weight a little, by up to this part of itself: what rounding to a dtype of that
     * precision would do. It lasts until the piece is closed, and no file is touched.
     */
    public void nudge(double part) {
      Nudge.weights(list, part);
    }

    @Override
    public void close() {
      list.close();
      pool.close();
    }
  }

  @Override
  public void close() {
    programs.values().forEach(Program::close);
    programs.clear();
  }
}
