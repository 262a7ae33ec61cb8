package org.isomorph.spec;

/** What enters the first layer of a tower. */
public sealed interface Input permits Tokens, Patches, Input.Continues {
  /** The output of another tower, unchanged: two towers in a row, as in YOCO. */
  record Continues(String tower) implements Input {
    @Override
    public String toString() {
      return "continues(\"" + tower + "\")";
    }
  }

  /** The input of a tower {@code dim} wide, with what depends on that filled in. */
  default Input resolved(long dim) {
    return this;
  }
}
