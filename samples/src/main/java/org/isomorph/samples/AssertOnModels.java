package org.isomorph.samples;

import static org.isomorph.debug.compare.ModelAssertions.assertThatModel;

import java.nio.file.Path;
import org.isomorph.proof.Report;
import org.isomorph.tensor.DType;

/** What a test says of a converted model; a test of JUnit has the same lines. */
public final class AssertOnModels {
  private AssertOnModels() {}

  /**
   * Asserts.
   *
   * @param args what is right, and what is to be the same: directories or recordings
   */
  public static void main(String[] args) {
    Path reference = Path.of(args[0]), candidate = Path.of(args[1]);
    assertThatModel(reference).on(1, 15, 27).computesLike(candidate);
    // In bfloat16 the floor is what bfloat16 does.
    Report report = assertThatModel(reference).in(DType.BF16).computesLike(candidate);
    report.worst().ifPresent(place -> System.out.println("the farthest off is " + place.name()));
  }
}
