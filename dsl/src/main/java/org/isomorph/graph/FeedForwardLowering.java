package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.Activation;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Router;

/** Feed-forward layers and mixtures of them. */
final class FeedForwardLowering {
  private final Assembly assembly;
  private final String path;

  FeedForwardLowering(Assembly assembly, String path) {
    this.assembly = assembly;
    this.path = path;
  }

  String lower(FeedForward layer, String x, String result) {
    return switch (layer) {
      case FeedForward.Single single -> single(path, single, x, result);
      case Mixture mixture -> mixture(mixture, x, result);
    };
  }

  private String single(String at, FeedForward.Single layer, String x, String result) {
    String hidden;
    if (layer instanceof Gated) {
      String gate = assembly.linear(at + ".gate", at + ".gate", x);
      String up = assembly.linear(at + ".up", at + ".up", x);
      String open = assembly.add(at + ".gate.act", new Op.Activate(layer.activation()), gate);
      hidden = assembly.add(at + ".act", new Op.Multiply(), open, up);
    } else {
      String up = assembly.linear(at + ".up", at + ".up", x);
      hidden = assembly.add(at + ".act", new Op.Activate(layer.activation()), up);
    }
    return assembly.linear(result, at + ".down", hidden);
  }

  private String mixture(Mixture mixture, String x, String result) {
    String scores = assembly.linear(path + ".router", path + ".router", x, true);
    List<String> correction =
        mixture.router() instanceof Router.Grouped grouped && grouped.correctionBias()
            ? List.of(path + ".router.correction.bias")
            : List.of();
    String weights = path + ".router.weights", choices = path + ".router.choices";
    assembly.add(
        List.of(weights, choices),
        new Op.Route(mixture.router(), mixture.topK(), mixture.experts()),
        List.of(scores),
        correction);
    Op.Experts experts = new Op.Experts(mixture.expert(), mixture.experts());
    List<String> parameters = new ArrayList<>();
    for (long expert = 0; expert < mixture.experts(); expert++)
      for (String matrix : experts.matrices())
        parameters.addAll(assembly.weights(path + ".experts." + expert + "." + matrix));
    boolean alone = mixture.shared().isEmpty();
    String routed =
        assembly.add(
            alone ? result : path + ".routed", experts, List.of(x, weights, choices), parameters);
    if (alone) return routed;
    Mixture.Shared shared = mixture.shared().orElseThrow();
    String passed = single(path + ".shared", shared.layer(), x, path + ".shared.out");
    if (shared.gated()) {
      String gate = assembly.linear(path + ".shared_gate", path + ".shared_gate", x);
      String open =
          assembly.add(path + ".shared_gate.act", new Op.Activate(Activation.SIGMOID), gate);
      passed = assembly.add(path + ".shared.gated", new Op.Multiply(), open, passed);
    }
    return assembly.add(result, new Op.Add(), routed, passed);
  }
}
