package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/**
 * Whether padding changes what tokens give. Padding is masked and has no part in lengths; behind
 * the tokens it takes no position of theirs, before them it may.
 */
final class Padding {
  private final Model model;
  private final List<String> left = new ArrayList<>();
  private final List<String> ifLeft = new ArrayList<>();
  private final List<String> ifRight = new ArrayList<>();

  Padding(Model model) {
    this.model = model;
    for (Tower tower : model.towers()) look(tower);
    for (Head head : model.heads()) look(head);
  }

  Laws.Verdict right() {
    return Laws.Verdict.of(List.of(), ifRight);
  }

  Laws.Verdict left() {
    return Laws.Verdict.of(left, ifLeft);
  }

  /** Whether a token's position depends on padding before it. Images are never padded. */
  private boolean counts(Tower tower) {
    return model.root(tower) instanceof Tokens tokens
        && tokens.numbering() != Tokens.Numbering.UNPADDED;
  }

  private void look(Tower tower) {
    if (!(model.root(tower) instanceof Tokens)) return;
    if (tower.input() instanceof Tokens tokens && counts(tower))
      switch (tokens.position()) {
        case AbsolutePosition.Learned _ -> left.add(counted("learned positions", tower));
        case AbsolutePosition.Sinusoidal _ -> left.add(counted("sines and cosines", tower));
        case AbsolutePosition.None _ -> {}
      }
    tower.runs().stream()
        .flatMap(run -> run.block().mixers())
        .distinct()
        .forEach(mixer -> look(mixer, tower));
  }

  private static String counted(String what, Tower tower) {
    return what + " of tower " + tower.name() + " count padding";
  }

  private void look(Mixer mixer, Tower tower) {
    if (mixer instanceof Mixture mixture && mixture.router() instanceof Router.Switch limited)
      // Places go to those who come first: padding behind the tokens takes none of theirs.
      left.add("padding takes places of an expert, which has " + limited.capacity());
    if (!(mixer instanceof Heads heads)) return;
    if (heads.logn().isPresent() && counts(tower)) left.add(counted("log-n factors", tower));
    lookAtShared(heads, tower);
    // Within a sequence only differences matter, and padding moves all alike.
    if (heads.keyValues() instanceof KeyValues.From from && heads.position() instanceof Rope) {
      Tower source = model.tower(from.tower()).orElseThrow();
      for (Tower side : List.of(tower, source))
        if (counts(side))
          left.add(
              "rotations between towers "
                  + tower.name()
                  + " and "
                  + source.name()
                  + " count the padding of "
                  + side.name());
    }
  }

  /** Queries and shared keys that are turned alike know their distance; others where they stand. */
  private void lookAtShared(Heads heads, Tower tower) {
    tower
        .cache()
        .filter(_ -> KeyValues.SHARED_CACHE.equals(heads.keyValues()) && counts(tower))
        .filter(cache -> !turn(cache.position()).equals(turn(heads.position())))
        .ifPresent(_ ->
            left.add(counted("queries that are turned otherwise than the shared keys", tower)));
  }

  private static Object turn(RelativePosition position) {
    return position instanceof Rope ? position : RelativePosition.NONE;
  }

  private void look(Head head) {
    switch (head) {
      case Head.Pooler _ -> pooled(head, Pooling.FIRST, model.last());
      case Head.NextSentence _ -> pooled(head, Pooling.FIRST, model.last());
      case Head.Classes classes -> pooled(head, classes.pooling(), model.last());
      case Head.Project project ->
          pooled(head, project.pooling(), model.tower(project.tower()).orElseThrow());
      case Head.Reward _, Head.Lm _, Head.Mlm _, Head.NextTokens _, Head.Similarity _ -> {}
    }
  }

  private void pooled(Head head, Pooling pooling, Tower tower) {
    if (!(model.root(tower) instanceof Tokens)) return;
    switch (pooling) {
      case FIRST -> left.add(head.label() + " reads the first vector, which is padding's");
      case EOS -> ifLeft.add("each row has the end of a sequence, and padding has another id");
      case GREATEST_ID -> {
        ifLeft.add("padding has not the greatest id");
        ifRight.add("padding has not the greatest id");
      }
      case LAST, MEAN -> {}
    }
  }
}
