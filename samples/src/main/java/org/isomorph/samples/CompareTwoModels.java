package org.isomorph.samples;

import java.io.IOException;
import org.isomorph.convert.ModelReference;
import org.isomorph.dialect.Dialects;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecDiff;

/** How two models differ, in words, before any byte moves. */
public final class CompareTwoModels {
  private CompareTwoModels() {}

  /**
   * Compares two models.
   *
   * @param args two models as the command takes them: directories, configurations or presets
   */
  public static void main(String[] args) throws IOException {
    Dialects families = Dialects.load(CompareTwoModels.class.getClassLoader());
    Model one = ModelReference.find(args[0], families).model();
    Model other = ModelReference.find(args[1], families).model();
    for (Difference difference : SpecDiff.between(one, other, args[0], args[1])) {
      String aside = difference.changesFunction() ? "" : " (changes no computation)";
      System.out.println(difference.sentence() + aside);
    }
  }
}
