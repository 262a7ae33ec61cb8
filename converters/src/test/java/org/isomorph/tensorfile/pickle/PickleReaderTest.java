package org.isomorph.tensorfile.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.tensorfile.pickle.Pickles.bytes;
import static org.isomorph.tensorfile.pickle.Pickles.read;
import static org.isomorph.tensorfile.pickle.Pickles.shown;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;
import org.isomorph.tensorfile.pickle.PickleValue.Sequence;
import org.isomorph.tensorfile.pickle.PickleValue.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Python pickles is read as what it was, in every protocol. */
class PickleReaderTest {
  private static Dict values(int protocol) throws IOException {
    String name = "/org/isomorph/tensorfile/torch/values-" + protocol + ".pkl";
    try (InputStream in =
        Objects.requireNonNull(PickleReaderTest.class.getResourceAsStream(name), name)) {
      return (Dict) read(in.readAllBytes());
    }
  }

  private static PickleValue value(Dict values, String key) {
    return values.get(key).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void plainValues(int protocol) throws IOException {
    Dict values = values(protocol);
    assertThat(shown(value(values, "none"))).isEqualTo("None");
    assertThat(shown(value(values, "bools"))).isEqualTo("(True, False)");
    assertThat(shown(value(values, "integers")))
        .isEqualTo(
            "[0, 255, 256, 65536, -1, 2147483648, -1099511627776,"
                + " 1267650600228229401496703205376, "
                + java.math.BigInteger.TWO.pow(1000).negate()
                + "]");
    assertThat(shown(value(values, "floats"))).isEqualTo("[0.5, -1.0E300, Infinity, NaN]");
    assertThat(value(values, "text")).isEqualTo(new Text("gr\u00fc\u00df dich \ud83d\ude00 \\ \n"));
    assertThat(value(values, "long text")).isEqualTo(new Text("x".repeat(300)));
    assertThat(value(values, "bytes"))
        .isInstanceOfSatisfying(
            PickleValue.Binary.class,
            binary -> {
              assertThat(binary.content().remaining()).isEqualTo(2);
              assertThat(binary.content().get(1)).isEqualTo((byte) 0xff);
            });
    assertThat(shown(value(values, "tuples")))
        .isEqualTo("((), (1), (1, 2), (1, 2, 3), (1, 2, 3, 4))");
    assertThat(shown(value(values, "set"))).isEqualTo("{1, 2}");
    assertThat(shown(value(values, "frozenset"))).isEqualTo("frozenset(3)");
    assertThat(shown(value(values, "ordered"))).isEqualTo("{'b': 1, 'a': 2}");
    assertThat(values.others()).hasSize(1);
    assertThat(shown(values.others().getFirst().getKey())).isEqualTo("('a', 'tuple')");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void aValueInTwoPlacesIsOneValue(int protocol) throws IOException {
    List<PickleValue> twice = value(values(protocol), "shared").sequence().orElseThrow();
    assertThat(twice.get(0)).isSameAs(twice.get(1));
    assertThat(shown(twice.get(0))).isEqualTo("['shared']");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5})
  void argumentsOfATrainingProgramAreReadWithoutItsClasses(int protocol) throws IOException {
    Instance args = (Instance) value(values(protocol), "args");
    assertThat(args.isOf("argparse", "Namespace")).isTrue();
    assertThat(shown(args.attribute("lr").orElseThrow())).isEqualTo("1.0E-4");
    assertThat(shown(args.attribute("betas").orElseThrow())).isEqualTo("[0.9, 0.95]");
    assertThat(shown(args.attribute("dtype").orElseThrow())).isEqualTo("torch.bfloat16");
    assertThat(shown(args.attribute("backend").orElseThrow()))
        .isEqualTo("nowhere.to.be.found.Backend(2)");
    assertThat(shown(args.attribute("size").orElseThrow())).isEqualTo("torch.Size((2, 3))");
    assertThat(shown(args.attribute("version").orElseThrow()))
        .isEqualTo("nowhere.to.be.found.Version() with {'text': '0.17', 'parts': (0, 17)}");
    assertThat(shown(args.attribute("seed").orElseThrow()))
        .startsWith("numpy._core.multiarray.scalar(numpy.dtype('i8'");
  }

  @Test
  void stringsOfPython2AreTextWhereTheyAreUtf8() {
    assertThat(read(bytes("U", 2, "ab."))).isEqualTo(new Text("ab"));
    assertThat(read(bytes("U", 1, 0xff, "."))).isInstanceOf(PickleValue.Binary.class);
    assertThat(read(bytes("S'a\\x62'\n."))).isEqualTo(new Text("ab"));
  }

  @Test
  void aListMayHoldItself() {
    // l = []; l.append(l)
    Sequence list = (Sequence) read(bytes(0x80, 2, "]q", 0, "h", 0, "a."));
    assertThat(list.items().getFirst()).isSameAs(list);
    assertThat(list).hasToString("a list of 1");
  }

  @Test
  void onlyOnePickleIsConsumed() throws IOException {
    byte[] two = bytes("K", 1, ".K", 2, ".rest");
    PickleInput input = new PickleInput(new ByteArrayInputStream(two), two.length);
    assertThat(shown(PickleReader.read(input, Pickles.LIMITS).value())).isEqualTo("1");
    assertThat(shown(PickleReader.read(input, Pickles.LIMITS).value())).isEqualTo("2");
    assertThat(input.consumed()).isEqualTo(6);
  }

  @Test
  void whatIsKeptOutsideIsListed() throws IOException {
    byte[] pickle = bytes("(U", 1, "aQU", 1, "bQt.");
    Pickle read =
        PickleReader.read(
            new PickleInput(new ByteArrayInputStream(pickle), pickle.length), Pickles.LIMITS);
    assertThat(read.references())
        .extracting(reference -> reference.id())
        .containsExactly(new Text("a"), new Text("b"));
  }
}
