package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

/** What a cosine distance is, and that it stays so near its ends. */
class VectorsLaws {
  @Provide
  Arbitrary<double[]> vectors() {
    return Arbitraries.doubles().between(-10, 10).ofScale(6).array(double[].class).ofSize(16);
  }

  @Property
  void isWithinItsBoundsAndTheSameBothWays(
      @ForAll("vectors") double[] x, @ForAll("vectors") double[] y) {
    double distance = Vectors.cosineDistance(x, y);
    assertThat(distance).isBetween(0.0, 2.0).isEqualTo(Vectors.cosineDistance(y, x));
    Assume.that(Vectors.norm(x) > 0 && Vectors.norm(y) > 0);
    double product = 0;
    for (int at = 0; at < x.length; at++) product += x[at] * y[at];
    assertThat(distance).isCloseTo(1 - product / Vectors.norm(x) / Vectors.norm(y), within(1e-12));
  }

  @Property
  void doesNotSeeScale(
      @ForAll("vectors") double[] x, @ForAll @DoubleRange(min = 0.01, max = 1e6) double by) {
    Assume.that(Vectors.norm(x) > 0);
    double[] scaled = x.clone(), turned = x.clone();
    for (int at = 0; at < x.length; at++) {
      scaled[at] *= by;
      turned[at] *= -by;
    }
    assertThat(Vectors.cosineDistance(x, scaled)).isCloseTo(0, within(1e-28));
    assertThat(Vectors.cosineDistance(x, turned)).isCloseTo(2, within(1e-12));
  }

  @Example
  void keepsItsDigitsNearZero() {
    // 1 - cosine of these is 0 in float64.
    double[] x = {1, 0}, y = {1, 1e-9};
    assertThat(Vectors.cosineDistance(x, y)).isCloseTo(5e-19, within(1e-24));
  }

  @Example
  void saysWhatHasNoDirection() {
    double[] zero = {0, 0},
        one = {1, 0},
        none = {Double.NaN, 0},
        far = {Double.POSITIVE_INFINITY, 1};
    assertThat(Vectors.cosineDistance(zero, zero)).isZero();
    assertThat(Vectors.cosineDistance(zero, one)).isEqualTo(1);
    assertThat(Vectors.cosineDistance(one, none)).isNaN();
    assertThat(Vectors.cosineDistance(far, one)).isNaN();
  }

  @Property
  void whatIsStandardisedHasNoMeanAndADeviationOfOne(
      @ForAll("vectors") double[] x,
      @ForAll("vectors") double[] y,
      @ForAll("vectors") double[] z,
      @ForAll @DoubleRange(min = 0.01, max = 1e3) double by) {
    double[][] vectors = {x, y, z};
    for (double[] each : vectors) each[3] = by;
    Standard standard = Standard.of(vectors);
    double[][] moved = new double[3][];
    for (int row = 0; row < 3; row++) {
      moved[row] = vectors[row].clone();
      for (int at = 0; at < moved[row].length; at++) moved[row][at] = by * moved[row][at] + at;
    }
    Standard ofMoved = Standard.of(moved);
    for (int at = 0; at < x.length; at++) {
      double sum = 0, squares = 0;
      for (int row = 0; row < 3; row++) {
        double own = standard.of(vectors[row])[at];
        sum += own;
        squares += own * own;
        // Neither scale nor origin of a dimension counts.
        if (Math.abs(own) > 0.1)
          assertThat(ofMoved.of(moved[row])[at]).isCloseTo(own, within(1e-3));
      }
      assertThat(sum).isCloseTo(0, within(1e-6));
      // What never changes is 0, with no trace of rounding.
      if (at == 3) assertThat(squares).isZero();
      else
        assertThat(squares)
            .satisfiesAnyOf(
                s -> assertThat(s).isZero(), s -> assertThat(s).isCloseTo(3, within(1e-6)));
    }
  }

  @Property
  void aDistributionIsOne(@ForAll("vectors") double[] logits, @ForAll("vectors") double[] others) {
    Distribution own = new Distribution(logits), other = new Distribution(others);
    double sum = 0;
    for (int id = 0; id < logits.length; id++) sum += own.probability(id);
    assertThat(sum).isCloseTo(1, within(1e-12));
    assertThat(own.entropy()).isBetween(0.0, 4.0 + 1e-12);
    assertThat(own.divergence(own)).isZero();
    assertThat(own.divergence(other)).isNotNegative();
    var top = own.top(3, id -> "" + id);
    assertThat(top.getFirst().id()).isEqualTo(own.best());
    for (int at = 0; at < 3; at++) assertThat(own.rank((int) top.get(at).id())).isEqualTo(at + 1);
  }

  @Property
  void aSummaryLiesBetween(@ForAll("vectors") double[] numbers) {
    Summary summary = Summary.of(numbers);
    assertThat(summary.median()).isLessThanOrEqualTo(summary.p95());
    assertThat(summary.p95()).isLessThanOrEqualTo(summary.max());
    assertThat(summary.mean()).isLessThanOrEqualTo(summary.max() + 1e-12);
  }
}
