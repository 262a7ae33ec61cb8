package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateEstimatorTest {
  @Test
  void theRateIsThatOfTheLastSeconds() {
    RateEstimator rate = new RateEstimator();
    assertThat(rate.remaining(100)).isEmpty();
    long second = Duration.ofSeconds(1).toNanos();
    for (int i = 0; i <= 10; i++) rate.sample(i * second, i * 1000L);
    for (int i = 11; i <= 20; i++) rate.sample(i * second, 10_000 + (i - 10) * 100L);
    assertThat(rate.bytesPerSecond()).isEqualTo(100);
    assertThat(rate.remaining(11_500)).contains(Duration.ofSeconds(5));
  }
}
