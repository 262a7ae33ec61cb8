package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Placement;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of every family: what a session shows is what the reference computed, and it fits together. */
class GoldenValuesTest {
  private static final Pattern REFERENCE =
      Pattern.compile(
          "((?:encoder|decoder)_)?(hidden_states|attentions|cross_attentions)\\.(\\d+)");

  static List<String> goldens() {
    return Goldens.names();
  }

  /** One after the other on one session: what one look computed, the others find. */
  @ParameterizedTest
  @MethodSource("goldens")
  void aSessionShowsWhatTheReferenceComputed(String golden) {
    try (LoadedModel model = Goldens.load(golden)) {
      DebugSession session = Goldens.session(model, golden);
      aSweepGivesWhatOneForwardGives(session);
      statesAndAttentionsAreTheReferences(model, session, golden);
      rowsSumToOneAndWhatIsHiddenIsZero(session);
      theStreamIsTheSumOfWhatIsAdded(session);
      attentionIsTheSumOfWhatKeysGive(session);
      int rows = (int) Goldens.inputs(golden).firstEntry().getValue().shape().dim(0);
      // The last row is the one with most padding.
      if (rows > 1) attentionIsTheSumOfWhatKeysGive(session.row(rows - 1));
    }
  }

  private static void statesAndAttentionsAreTheReferences(
      LoadedModel model, DebugSession session, String golden) {
    SoftAssertions all = new SoftAssertions();
    Goldens.reference(golden)
        .forEach((key, reference) -> {
          Matcher form = REFERENCE.matcher(key);
          if (!form.matches()) return;
          Tower tower =
              Optional.ofNullable(form.group(1))
                  .flatMap(which -> model.model().tower(which.replace("_", "")))
                  .orElse(model.model().last());
          long index = Long.parseLong(form.group(3));
          if (form.group(2).equals("hidden_states"))
            all.assertThat(state(session, tower, index, reference)).as(key).isLessThan(1e-4);
          else {
            String mixer = form.group(2).equals("attentions") ? "attn" : "cross";
            all.assertThat(attention(session, tower.name() + "." + index + "." + mixer, reference))
                .as(key)
                .isLessThan(1e-4);
          }
        });
    all.assertAll();
  }

  /** The greatest difference of a state, as a part of the reference's greatest value. */
  private static double state(DebugSession session, Tower tower, long index, Tensor reference) {
    boolean last =
        index == tower.depth()
            && !Norm.NONE.equals(tower.norm())
            && !(tower.input() instanceof Patches);
    String name =
        index == 0
            ? Parameters.inputPrefix(session.model(), tower) + "embed.out"
            : tower.name() + (last ? ".norm.out" : "." + (index - 1) + ".out");
    Rows ours = new Rows(session.value(name)), theirs = new Rows(reference);
    double greatest = 0, difference = 0;
    for (int row = 0; row < reference.shape().dim(0); row++)
      for (Token token : session.row(row).sequence(tower.name()).tokens()) {
        if (token.isPadding()) continue;
        double[] a = ours.at(row, token.index()), b = theirs.at(row, token.index());
        for (int at = 0; at < a.length; at++) {
          greatest = Math.max(greatest, Math.abs(b[at]));
          difference = Math.max(difference, Math.abs(a[at] - b[at]));
        }
      }
    return difference / greatest;
  }

  private static double attention(DebugSession session, String mixer, Tensor reference) {
    double difference = 0;
    for (int row = 0; row < reference.shape().dim(0); row++) {
      AttentionMap map = session.row(row).attention(mixer);
      assertThat(map.disturbance()).isLessThan(1e-5);
      for (int head = 0; head < map.heads(); head++)
        for (Token query : map.queries().tokens()) {
          if (query.isPadding()) continue;
          for (Token key : map.keys().tokens())
            difference =
                Math.max(
                    difference,
                    Math.abs(
                        map.weight(head, query.index(), key.index())
                            - reference.get(row, head, query.index(), key.index())));
        }
    }
    return difference;
  }

  private static void rowsSumToOneAndWhatIsHiddenIsZero(DebugSession session) {
    for (String mixer : attentions(session.model())) {
      AttentionMap map = session.attention(mixer);
      for (int head = 0; head < map.heads(); head++)
        for (Token query : map.queries().tokens()) {
          if (query.isPadding()) continue;
          double sum = map.rowSum(head, query.index());
          assertThat(sum + map.sinkMass(head, query.index())).isCloseTo(1, within(1e-5));
          for (Token key : map.keys().tokens())
            if (!map.isVisible(query.index(), key.index())) {
              assertThat(map.weight(head, query.index(), key.index())).isZero();
              assertThat(map.hidden(query.index(), key.index())).isPresent();
            }
        }
    }
  }

  /** Over keys and heads, weight * v * O is all that attention adds, but for the bias. */
  private static void attentionIsTheSumOfWhatKeysGive(DebugSession session) {
    for (String mixer : attentions(session.model())) {
      AttentionMap map = session.attention(mixer);
      ValueContributions values = ValueContributions.of(session, mixer, map.heads());
      Rows whole = new Rows(session.fetch(List.of(values.sum())).firstEntry().getValue());
      double[][] sums = new double[map.queries().size()][];
      double[] bias = values.bias();
      for (Token query : map.queries().tokens()) sums[query.index()] = bias.clone();
      values.over(
          map.keys().tokens().stream().mapToInt(Token::index).toArray(),
          (head, key, added) -> {
            assertThat(map.valueNorms().get(head, key))
                .isCloseTo(Vectors.norm(added), within(1e-6 * (1 + Vectors.norm(added))));
            for (int query = 0; query < sums.length; query++)
              for (int at = 0; at < added.length; at++)
                sums[query][at] += map.weight(head, query, key) * added[at];
          });
      for (Token query : map.queries().tokens())
        if (!query.isPadding())
          assertThat(Vectors.distance(sums[query.index()], whole.at(session.row(), query.index())))
              .as(mixer + " at " + query)
              .isLessThan(1e-5 * (1 + Vectors.norm(sums[query.index()])));
    }
  }

  private static List<String> attentions(Model model) {
    List<String> mixers = new ArrayList<>();
    for (Layer layer : Layer.all(model)) {
      Block block = model.tower(layer.tower()).orElseThrow().layer(layer.index());
      List<String> names = Parameters.mixerNames(block);
      for (int at = 0; at < names.size(); at++)
        if (block.mixers().toList().get(at) instanceof Attention)
          mixers.add(layer.value(names.get(at)));
    }
    return mixers;
  }

  /** What is added to the stream is what it grows by: mid = in + attn.out, out = mid + ffn.out. */
  private static void theStreamIsTheSumOfWhatIsAdded(DebugSession session) {
    for (Layer layer : Layer.all(session.model())) {
      Block block = session.model().tower(layer.tower()).orElseThrow().layer(layer.index());
      String before = "in";
      int mixer = 0, count = block.residuals().size();
      for (int at = 0; at < count; at++) {
        Residual residual = block.residuals().get(at);
        String after = at == count - 1 ? "out" : at == 0 ? "mid" : "mid" + (at + 1);
        List<String> summands = new ArrayList<>(List.of(before));
        for (Branch _ : residual.branches())
          summands.add(Parameters.mixerNames(block).get(mixer++) + ".out");
        boolean plain =
            residual.placement().equals(Placement.PRE)
                || residual.placement().equals(Placement.SANDWICH)
                || residual.placement().equals(Placement.BRANCH_POST);
        if (plain)
          assertThat(missing(session, layer, after, summands)).as(layer + after).isLessThan(1e-6);
        before = after;
      }
    }
  }

  private static double missing(
      DebugSession session, Layer layer, String after, List<String> summands) {
    float[] whole = session.value(layer.value(after)).floats();
    double[] sum = new double[whole.length];
    double greatest = 0, difference = 0;
    for (String summand : summands) {
      float[] part = session.value(layer.value(summand)).floats();
      for (int at = 0; at < sum.length; at++) sum[at] += part[at];
    }
    for (int at = 0; at < sum.length; at++) {
      greatest = Math.max(greatest, Math.abs(whole[at]));
      difference = Math.max(difference, Math.abs(whole[at] - sum[at]));
    }
    return difference / greatest;
  }

  /** Layer by layer is the same as all at once, and every value of a golden is finite. */
  private static void aSweepGivesWhatOneForwardGives(DebugSession session) {
    SequencedMap<String, Tensor> once = session.values("*");
    Map<String, Tensor> swept = new LinkedHashMap<>();
    new Sweep(session)
        .over(
            List.copyOf(once.sequencedKeySet()),
            (name, value) -> {
              swept.put(name, value);
              return true;
            });
    assertThat(swept.keySet()).containsExactlyElementsOf(once.keySet());
    once.forEach((name, value) -> {
      float[] a = value.floats(), b = swept.get(name).floats();
      double greatest = 0, difference = 0;
      for (int at = 0; at < a.length; at++) {
        greatest = Math.max(greatest, Math.abs(a[at]));
        difference = Math.max(difference, Math.abs(a[at] - b[at]));
      }
      assertThat(difference).as(name).isLessThanOrEqualTo(1e-5 * greatest);
    });
    assertThat(session.nonFinite().first()).isEmpty();
    assertThat(session.statistics("*.out").values()).isNotEmpty();
  }
}
