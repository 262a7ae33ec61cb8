package org.isomorph.debug.report;

import java.util.Map;
import java.util.Optional;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Layer;
import org.isomorph.debug.Prompt;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.debug.hypothesis.Family;
import org.isomorph.debug.hypothesis.Fault;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Subject;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/** Pages to be tested. */
final class Pages {
  static final String MADE = "isomorph test";

  /** Texts that pages must only ever show. */
  private static final String[] HOSTILE = {
    "</script><script>hacked=1</script>",
    "<img src=x onerror=hacked=1>",
    "<!-- <script>",
    "\u2028\u2029",
    "\ud800",
    "\u202eabc",
    "]]>&amp;\"'`${hacked=1}",
    "\n\t \u0000",
    "{{data}}{{script}}"
  };

  private Pages() {}

  static String hostile(long id) {
    return HOSTILE[(int) (id % HOSTILE.length)];
  }

  /** Of a run that reads texts which are markup. */
  static ReportPage hostile(LoadedModel model) {
    return of(
        DebugSession.of(
            model, Prompt.ids(model.model(), 1, 2, 3, 4, 5, 6, 7, 8, 9).spelled(Pages::hostile)));
  }

  static ReportPage of(DebugSession session) {
    return ReportPage.of(MADE, session, Layer.all(session.model()));
  }

  /** Gate and up of one layer are in each other's place. */
  static ReportPage comparison() {
    return comparison(Comparison.inputs(Family.llama().model(), 1, 5, 9, 3, 7, 11, 4, 2));
  }

  static ReportPage comparison(Map<String, Tensor> inputs) {
    Family family = Family.llama();
    Side a = side(family, "a"), b = side(Fault.all().get(3).of(family, 2).orElseThrow(), "b<i>");
    ModelComparison comparison = ModelComparison.of(a, b).inputs(inputs);
    return ReportPage.of(MADE, comparison, id -> "<" + id + ">", comparison.run((_, _, _) -> {}));
  }

  private static Side side(Family family, String name) {
    return new Side.Running(
        name,
        Subject.of(family.model(), Family.stored(family.model(), family.weights(), DType.F32)),
        Optional.empty());
  }
}
