package org.isomorph.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Residual;

/** In a parallel block, one norm before all branches is an equal norm before each. */
final class SharedNorm implements Adjustment {
  @Override
  public String law() {
    return "A norm that parallel branches share is an equal norm for each: it is stored for each, and shared where they are equal.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    return steps(model, Rewrite.blocks(model, nearest, SharedNorm::toward));
  }

  @Override
  public List<Step> reductions(Model model) {
    return steps(
        model,
        Rewrite.blocks(
            model,
            model,
            (block, _) ->
                new Block(block.residuals().stream().map(residual -> shared(residual)).toList())));
  }

  private static Block toward(Block block, Block other) {
    if (block.residuals().size() != other.residuals().size()) return block;
    List<Residual> residuals = new ArrayList<>();
    for (int i = 0; i < block.residuals().size(); i++) {
      Residual ours = block.residuals().get(i), theirs = other.residuals().get(i);
      boolean parallel =
          ours.branches().size() > 1 && ours.branches().size() == theirs.branches().size();
      boolean one = theirs.branches().getLast().norm().equals(Norm.SHARED);
      residuals.add(!parallel ? ours : one ? shared(ours) : apart(ours));
    }
    return new Block(residuals);
  }

  private static Residual apart(Residual residual) {
    Norm first = residual.branches().getFirst().norm();
    return new Residual(
        residual.placement(),
        residual.branches().stream()
            .map(branch ->
                branch.norm().equals(Norm.SHARED) ? new Branch(first, branch.mixer()) : branch)
            .toList());
  }

  private static Residual shared(Residual residual) {
    Norm first = residual.branches().getFirst().norm();
    List<Branch> changed = new ArrayList<>(residual.branches().subList(0, 1));
    for (Branch branch : residual.branches().subList(1, residual.branches().size()))
      changed.add(
          branch.norm().equals(first) && !first.equals(Norm.NONE)
              ? new Branch(Norm.SHARED, branch.mixer())
              : branch);
    return new Residual(residual.placement(), changed);
  }

  private static List<Step> steps(Model before, Model after) {
    return after.equals(before)
        ? List.of()
        : List.of(new Step(Outcome.EXACT, after, () -> effect(before, after)));
  }

  private static Step.Effect effect(Model before, Model after) {
    Map<String, Change> changes = new HashMap<>();
    List<Claim> claims = new ArrayList<>();
    List<Place> old = Place.of(before), now = Place.of(after);
    for (int i = 0; i < old.size(); i++) {
      Place place = old.get(i);
      if (place.norm().equals(now.get(i).norm())) continue;
      boolean joins = now.get(i).norm().equals(Norm.SHARED);
      Norm norm = joins ? place.norm() : now.get(i).norm();
      for (String part : Norms.parameters(norm)) {
        String own = place.path() + ".norm." + part, first = place.sharing() + ".norm." + part;
        if (joins) claims.add(new Claim.Same(own, first));
        else changes.put(own, new Change.Arranged(Layout.leaf(first)));
      }
    }
    return new Step.Effect(
        claims.isEmpty()
            ? "store the norm that parallel branches share once for each"
            : "share one norm among parallel branches, whose norms are equal",
        changes,
        claims);
  }
}
