package org.isomorph.tensorfile.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.pickle.Pickles.bytes;
import static org.isomorph.tensorfile.pickle.Pickles.read;

import java.util.Arrays;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** Pickles that attack whoever reads them: parsed as data, or refused in one message. */
class HostilePickleTest {
  private static AbstractThrowableAssert<?, ?> refused(Object... parts) {
    return assertThatThrownBy(() -> read(bytes(parts)))
        .isInstanceOf(PickleException.class)
        .hasMessageStartingWith("at byte ");
  }

  @Test
  void aCallOfTheShellIsDataAndNothingMore() {
    PickleValue value = read(bytes("cos\nsystem\n(U", 8, "rm -rf /tR."));
    assertThat(Pickles.shown(value)).isEqualTo("os.system('rm -rf /')");
  }

  @Test
  void aFunctionThatIsLookedUpByACallIsDataToo() {
    PickleValue value =
        read(bytes("cbuiltins\ngetattr\n(cos\n__dict__\nU", 6, "systemtR(U", 2, "lstR."));
    assertThat(Pickles.shown(value)).isEqualTo("builtins.getattr(os.__dict__, 'system')('ls')");
  }

  @Test
  void empty() {
    refused().hasMessageContaining("found its end");
  }

  @Test
  void cutShort() {
    refused("(K", 1).hasMessageContaining("found its end");
    refused("X", 9, 0, 0, 0, "abc").hasMessageContaining("at most the 3 bytes that are left");
  }

  @Test
  void unknownInstruction() {
    refused(0xff).hasMessageContaining("unknown instruction 0xff");
  }

  @Test
  void newerProtocol() {
    refused(0x80, 6, "N.").hasMessageContaining("expected protocol 5 or older, found 6");
  }

  @Test
  void stackUnderflow() {
    refused(".").hasMessageContaining("none on the stack");
    refused("a").hasMessageContaining("none on the stack");
    refused("K", 1, "R").hasMessageContaining("expected a tuple of arguments");
    refused(")R").hasMessageContaining("none on the stack");
  }

  @Test
  void reachingBelowAMark() {
    refused("K", 1, "(0", 0x85, "0.").hasMessageContaining("none on the stack");
    refused("K", 1, "(", 0x85).hasMessageContaining("none on the stack");
  }

  @Test
  void noMark() {
    refused("K", 1, "t").hasMessageContaining("looks for a mark");
    refused("1").hasMessageContaining("looks for a mark");
  }

  @Test
  void aMemoThatWasNotWritten() {
    refused("h", 5).hasMessageContaining("value 5 is recalled");
    refused("g99999999999999999999999\n").hasMessageContaining("index is too large");
  }

  @Test
  void lengthsThatWouldExhaustMemory() {
    refused("X", 0xff, 0xff, 0xff, 0xff, ".").hasMessageContaining("found a length of 4294967295");
    refused(0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
        .hasMessageContaining("found a length of 18446744073709551615");
    refused(0x95, 0, 0, 0, 0, 0, 0, 0, 1).hasMessageContaining("expected a frame of at most");
  }

  @Test
  void integersOfMillionsOfDigits() {
    byte[] digits = new byte[1 << 20];
    Arrays.fill(digits, (byte) '9');
    refused("I", digits, "\n.").hasMessageContaining("expected a");
    refused("L", Arrays.copyOf(digits, 5000), "L\n.")
        .hasMessageContaining("at most 1024 bytes or digits");
    refused(0x8b, 0, 0, 16, 0, digits, ".").hasMessageContaining("at most 1024 bytes or digits");
  }

  @Test
  void nestingIsNoRecursion() {
    byte[] deep = new byte[50_000];
    Arrays.fill(deep, (byte) ']');
    PickleValue value = read(bytes(deep, "."));
    assertThat(value).hasToString("a list of 0");
    byte[] tuples = new byte[50_000];
    Arrays.fill(tuples, (byte) 0x85);
    assertThat(read(bytes("N", tuples, "."))).hasToString("a tuple of 1");
  }

  @Test
  void aMemoBombIsAsSmallAsItsFile() {
    // a = (a, a), thirty times over: a thousand million leaves if it were written out.
    Object[] parts = new Object[32];
    parts[0] = "N";
    Arrays.fill(parts, 1, 31, bytes("2", 0x86));
    parts[31] = ".";
    assertThat(read(bytes(parts))).hasToString("a tuple of 2");
  }

  @Test
  void aLoopOfCopiesIsCounted() {
    // frozenset(t) of a tuple of a thousand, again and again: each costs as much as it copies.
    byte[] nones = new byte[1000];
    Arrays.fill(nones, (byte) 'N');
    byte[] copy = bytes("cbuiltins\nfrozenset\n(h", 0, "tR0");
    Object[] parts = new Object[202];
    parts[0] = bytes("(", nones, "tq", 0);
    Arrays.fill(parts, 1, 201, copy);
    parts[201] = ".";
    refused(parts).hasMessageContaining("expected at most 100000 instructions");
  }

  @Test
  void endlessInstructions() {
    byte[] many = new byte[100_001];
    Arrays.fill(many, (byte) ')');
    refused(many, ".").hasMessageContaining("expected at most 100000 instructions");
  }

  @Test
  void valuesThatAreNoContainers() {
    refused("NNa").hasMessageContaining("expected a list or a set, found None");
    refused("N(NNu").hasMessageContaining("expected a dict, found None");
    refused("}(Nu").hasMessageContaining("expected a value for each key");
    refused("K", 1, "Nb").hasMessageContaining("an object that can have a state");
    refused(")(Ne").hasMessageContaining("expected a list or a set, found a tuple of 0");
  }

  @Test
  void aStateThatIsSetTwice() {
    refused("ca\nb\n)R}b}b").hasMessageContaining("set twice");
  }

  @Test
  void registriesAndBuffersBesideThePickle() {
    refused(0x82, 1).hasMessageContaining("by its number in a registry");
    refused(0x97).hasMessageContaining("a buffer beside it");
  }

  @Test
  void malformedTexts() {
    refused("X", 1, 0, 0, 0, 0xff, ".").hasMessageContaining("expected a text in UTF-8");
    refused("Va\\u12\n.").hasMessageContaining("escape is not hexadecimal");
    refused("Va\\Uffffffff\n.").hasMessageContaining("an escape is no character");
    refused("S'a\n.").hasMessageContaining("expected a string in quotes");
    refused("S'\\q'\n.").hasMessageContaining("an escape that is not known");
    refused("S'\\'\n.").hasMessageContaining("ends within an escape");
    refused("Fone\n.").hasMessageContaining("expected a number in decimal");
    refused("Ione\n.").hasMessageContaining("expected an integer in decimal");
    refused("N", 0x93).hasMessageContaining("none on the stack");
    refused("NN", 0x93).hasMessageContaining("expected a name, found None");
  }

  @Test
  void aLineWithoutEnd() {
    byte[] endless = new byte[(1 << 20) + 2];
    Arrays.fill(endless, (byte) 'a');
    refused("c", endless).hasMessageContaining("expected a line of at most");
  }

  @Test
  void anObjectOfNothing() {
    refused("(o").hasMessageContaining("expected a class");
  }
}
