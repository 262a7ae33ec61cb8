package org.isomorph.spec;

/** Where attention takes its keys and values from. */
public sealed interface KeyValues {
  /** The two sources without a name. */
  enum Plain implements KeyValues {
    /** The same stream as the queries. */
    SELF,
    /** One cache of keys and values that the tower computes once for all its layers, as in YOCO. */
    SHARED_CACHE
  }

  /** The output of another tower: cross-attention. */
  record From(String tower) implements KeyValues {
    @Override
    public String toString() {
      return "outputOf(\"" + tower + "\")";
    }
  }

  KeyValues SELF = Plain.SELF;
  KeyValues SHARED_CACHE = Plain.SHARED_CACHE;
}
