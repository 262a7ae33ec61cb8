package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.isomorph.spec.kotlin.SpecJson;

/** What holds for every model. */
class SpecLaws {
  @Provide
  Arbitrary<Model> models() {
    return RandomModels.all();
  }

  @Property(tries = 500)
  void jsonReadsBackToAnEqualModel(@ForAll("models") Model model) {
    String json = SpecJson.write(model);
    assertThat(SpecJson.read(json)).isEqualTo(model);
    assertThat(SpecJson.write(SpecJson.read(json))).isEqualTo(json);
  }

  @Property(tries = 300)
  void whatIsCanonicalStaysAsItIs(@ForAll("models") Model model) {
    assertThat(
            new Model(model.name(), model.towers(), model.heads(), model.roles(), model.context()))
        .isEqualTo(model);
    assertThat(model.towers(SpecLaws::again)).isEqualTo(model);
    assertThat(model.towers(tower -> tower.blocks(block -> new Block(block.residuals()))))
        .isEqualTo(model);
  }

  private static Tower again(Tower tower) {
    return new Tower(
        tower.name(),
        tower.dim(),
        tower.mask(),
        tower.input(),
        tower.runs(),
        tower.norm(),
        tower.cache());
  }

  @Property(tries = 300)
  void layersOneByOneAreTheSameAsInRuns(@ForAll("models") Model model) {
    Model split =
        model.towers(tower ->
            new Tower(
                tower.name(),
                tower.dim(),
                tower.mask(),
                tower.input(),
                tower.layers().map(block -> new Run(1, block)).toList(),
                tower.norm(),
                tower.cache()));
    assertThat(split).isEqualTo(model);
    for (Tower tower : model.towers())
      for (int run = 1; run < tower.runs().size(); run++)
        assertThat(tower.runs().get(run).block()).isNotEqualTo(tower.runs().get(run - 1).block());
  }

  private static final Pattern GRAMMAR = grammar();

  /** The grammar of docs/names.md. */
  private static Pattern grammar() {
    String tower = "[a-z][a-z_]*";
    String linear = "(weight|bias)";
    String input =
        "("
            + tower
            + "\\.)?embed\\.((token|position|segment|class|project_in|project_out)\\.weight"
            + "|(norm|patch)\\."
            + linear
            + ")";
    String mixer = "(attn|cross|ffn|retention)\\d*";
    String map = "(gate|up|down)";
    String part =
        "((norm|post_norm|q|k|v|o|q_norm|k_norm|q_down|q_down_norm|q_up|kv_down|kv_down_norm|kv_up"
            + "|o_norm|decay|(experts\\.\\d+\\.|shared\\.)?"
            + map
            + "|router|shared_gate)\\."
            + linear
            + "|sink\\.weight|buckets\\.weight|router\\.correction\\.bias)";
    String block = mixer + "\\." + part;
    String around = tower + "\\.(norm|cache\\.(norm|k|v))\\." + linear;
    String head =
        "(head|mlm\\.(dense|norm)|nsp|pooler|classes|reward|project\\."
            + tower
            + ")\\."
            + linear
            + "|mlm\\.bias|logit_scale"
            + "|mtp\\.\\d+\\.((embed_norm|hidden_norm|project|norm)\\."
            + linear
            + "|block\\."
            + block
            + ")";
    return Pattern.compile(input + "|" + tower + "\\.\\d+\\." + block + "|" + around + "|" + head);
  }

  @Property(tries = 500)
  void everyParameterHasANameOfItsOwnAndOfTheGrammar(@ForAll("models") Model model) {
    Set<String> names = new HashSet<>();
    for (Parameter parameter : Parameters.of(model)) {
      assertThat(names.add(parameter.name())).as(parameter.name()).isTrue();
      assertThat(parameter.name()).matches(GRAMMAR);
    }
  }

  @Property(tries = 300)
  void estimatesAddUpToTheParameters(@ForAll("models") Model model) {
    Estimates estimates = Estimates.of(model);
    long all =
        Parameters.of(model).stream().mapToLong(parameter -> parameter.shape().elements()).sum();
    assertThat(estimates.parameters() + estimates.nextTokenParameters()).isEqualTo(all);
    assertThat(estimates.activeParameters()).isLessThanOrEqualTo(estimates.parameters());
  }

  @Property(tries = 300)
  void modelsDifferExactlyWhereTheyAreNotEqual(
      @ForAll("models") Model left, @ForAll("models") Model right) {
    assertThat(SpecDiff.between(left, left)).isEmpty();
    assertThat(SpecDiff.between(left, right).isEmpty())
        .isEqualTo(left.equals(right.named(left.name())));
    assertThat(SpecDiff.between(left, right)).hasSameSizeAs(SpecDiff.between(right, left));
  }

  @Property(tries = 300)
  void noPartIsPrintedAsARecord(@ForAll("models") Model model) {
    assertThat(model.toString()).doesNotContain("[", "]", "=");
  }
}
