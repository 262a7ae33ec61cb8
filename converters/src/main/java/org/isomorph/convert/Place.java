package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Head;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Run;
import org.isomorph.spec.Tower;

/**
 * A mixer of a model and what its parameters' names begin with.
 *
 * @param path {@code decoder.3.attn}
 * @param norm the norm before it, or {@link Norm#SHARED}
 * @param sharing the path of the mixer whose norm it would share: the first of its residual
 */
record Place(String path, Norm norm, String sharing, Mixer mixer) {
  /** All mixers of a model, layer by layer, those of heads for further tokens last. */
  static List<Place> of(Model model) {
    List<Place> places = new ArrayList<>();
    for (Tower tower : model.towers()) {
      long layer = 0;
      for (Run run : tower.runs())
        for (long copy = 0; copy < run.count(); copy++, layer++)
          add(places, tower.name() + "." + layer, run.block());
    }
    for (Head head : model.heads())
      if (head instanceof Head.NextTokens further && further.block().isPresent())
        for (long token = 0; token < further.depth(); token++)
          add(places, "mtp." + token + ".block", further.block().get());
    return places;
  }

  private static void add(List<Place> places, String path, Block block) {
    List<String> names = Parameters.mixerNames(block);
    int next = 0;
    for (Residual residual : block.residuals()) {
      String first = path + "." + names.get(next);
      for (Branch branch : residual.branches())
        places.add(new Place(path + "." + names.get(next++), branch.norm(), first, branch.mixer()));
    }
  }
}
