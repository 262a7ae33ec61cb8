package org.isomorph.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Property
  void groupedAsFormattersDo(@ForAll long number) {
    assertThat(Figures.grouped(number)).isEqualTo(String.format(Locale.ROOT, "%,d", number));
  }

  @Property
  void fixedIsTheNearest(@ForAll @LongRange(min = -1_000_000_000_000L) long millionths) {
    double number = (millionths % 1_000_000_000_000L) / 1e6;
    String fixed = Figures.fixed(number, 2);
    assertThat(fixed).matches("-?(0|[1-9][0-9]*)\\.[0-9]{2}");
    assertThat(Double.parseDouble(fixed)).isCloseTo(number, within(0.005 + 1e-9));
  }

  @Test
  void bytesInTheUnitOfTheirSize() {
    assertThat(Figures.bytes(0)).isEqualTo("0 bytes");
    assertThat(Figures.bytes(999_999)).isEqualTo("999,999 bytes");
    assertThat(Figures.bytes(1_000_000)).isEqualTo("1.0 MB");
    assertThat(Figures.bytes(1_678_900_000)).isEqualTo("1.68 GB");
  }
}
