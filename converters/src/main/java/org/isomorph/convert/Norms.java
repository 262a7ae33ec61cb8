package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Input;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Patches;
import org.isomorph.spec.QkNorm;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Retention;
import org.isomorph.spec.SharedCache;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** All norms of a model, wherever they stand. */
final class Norms {
  private Norms() {}

  /** The norms of a model, equal layers' once. */
  static List<Norm> of(Model model) {
    List<Norm> norms = new ArrayList<>();
    Model same =
        changed(
            model,
            norm -> {
              norms.add(norm);
              return norm;
            });
    assert same.equals(model);
    return norms;
  }

  /** What a norm's parameters are called: {@code weight}, {@code bias}. */
  static List<String> parameters(Norm norm) {
    List<String> parameters = new ArrayList<>();
    if (norm.hasGain()) parameters.add("weight");
    if (norm.hasBias()) parameters.add("bias");
    return parameters;
  }

  /** The same model with other norms. */
  static Model changed(Model model, UnaryOperator<Norm> change) {
    Model blocks = Rewrite.blocks(model, model, (block, _) -> changed(block, change));
    List<Head> heads =
        blocks.heads().stream()
            .map(head ->
                head instanceof Head.Mlm mlm
                    ? (Head) new Head.Mlm(mlm.activation(), change.apply(mlm.norm()))
                    : head)
            .toList();
    return blocks.towers(tower -> changed(tower, change)).heads(heads);
  }

  private static Tower changed(Tower tower, UnaryOperator<Norm> change) {
    Input input =
        switch (tower.input()) {
          case Tokens tokens -> tokens.norm(change.apply(tokens.norm()));
          case Patches patches -> patches.norm(change.apply(patches.norm()));
          case Input.Continues continues -> continues;
        };
    Optional<SharedCache> cache =
        tower
            .cache()
            .map(shared ->
                new SharedCache(
                    change.apply(shared.norm()),
                    shared.keyValueHeads(),
                    shared.headDim(),
                    shared.bias(),
                    shared.position()));
    return new Tower(
        tower.name(),
        tower.dim(),
        tower.mask(),
        input,
        tower.runs(),
        change.apply(tower.norm()),
        cache);
  }

  private static Block changed(Block block, UnaryOperator<Norm> change) {
    return new Block(
        block.residuals().stream()
            .map(residual ->
                new Residual(
                    residual.placement(),
                    residual.branches().stream()
                        .map(branch ->
                            new Branch(
                                change.apply(branch.norm()), changed(branch.mixer(), change)))
                        .toList()))
            .toList());
  }

  private static Mixer changed(Mixer mixer, UnaryOperator<Norm> change) {
    return switch (mixer) {
      case Heads heads ->
          heads.qkNorm(
              heads.qkNorm().map(norm -> new QkNorm(change.apply(norm.norm()), norm.across())));
      case Latent latent -> latent.norm(change.apply(latent.norm()));
      case Retention retention ->
          new Retention(
              retention.heads(),
              retention.headDim(),
              retention.position(),
              change.apply(retention.norm()),
              retention.gate(),
              retention.decayTemperature());
      default -> mixer;
    };
  }
}
