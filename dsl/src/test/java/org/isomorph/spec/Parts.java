package org.isomorph.spec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model is made of: its records and enum constants by name ({@code RopeScaling.Yarn}, {@code
 * Pairing.PAIRS}), and what combinations of them are called.
 */
public final class Parts {
  private final Set<Type> walked = new HashSet<>();
  private final Set<String> names = new TreeSet<>();

  private Parts() {}

  /** All records and constants that any model can be made of. */
  public static Set<String> possible() {
    Parts parts = new Parts();
    parts.walk(Model.class);
    return parts.names;
  }

  /** Those that a model, a tower or a head is made of. */
  public static Set<String> of(Object part) {
    Parts parts = new Parts();
    parts.collect(part);
    return parts.names;
  }

  /** What {@link #combined} can give. */
  public static final Set<String> COMBINATIONS =
      Set.of(
          "MHA",
          "GQA",
          "MQA",
          "partial rope",
          "positions from an offset",
          "window",
          "softcap",
          "qk-norm",
          "logn",
          "parallel",
          "parallel behind one norm",
          "shared experts",
          "no gain",
          "no bias",
          "narrow table",
          "segments",
          "no final norm");

  /** What else is said of this model. */
  public static Set<String> combined(Model model) {
    Set<String> names = new TreeSet<>();
    for (Tower tower : model.towers()) names.addAll(combined(tower));
    return names;
  }

  /** As of a model. */
  public static Set<String> combined(Tower tower) {
    Set<String> names = new TreeSet<>();
    if (Norm.NONE.equals(tower.norm())) names.add("no final norm");
    if (tower.input() instanceof Tokens tokens) {
      if (tokens.width() != tower.dim()) names.add("narrow table");
      if (tokens.segments() > 0) names.add("segments");
      if (tokens.position() instanceof AbsolutePosition.Learned learned && learned.offset() > 0)
        names.add("positions from an offset");
    }
    for (Run run : tower.runs()) {
      for (Residual residual : run.block().residuals()) {
        if (residual.branches().size() > 1)
          names.add(
              Norm.SHARED.equals(residual.branches().getLast().norm())
                  ? "parallel behind one norm"
                  : "parallel");
        Norm norm = residual.branches().getFirst().norm();
        if (!norm.hasGain()) names.add("no gain");
        if (!norm.hasBias()) names.add("no bias");
      }
      run.block().mixers().forEach(mixer -> combined(mixer, names));
    }
    return names;
  }

  private static void combined(Mixer mixer, Set<String> names) {
    if (mixer instanceof Mixture mixture && mixture.shared().isPresent())
      names.add("shared experts");
    if (!(mixer instanceof Heads heads)) return;
    if (!heads.isCross())
      names.add(
          heads.heads() == heads.keyValueHeads()
              ? "MHA"
              : heads.keyValueHeads() == 1 ? "MQA" : "GQA");
    if (heads.position() instanceof Rope rope && rope.dim() < heads.headDim())
      names.add("partial rope");
    if (heads.window().isPresent()) names.add("window");
    if (heads.softcap().isPresent()) names.add("softcap");
    if (heads.qkNorm().isPresent()) names.add("qk-norm");
    if (heads.logn().isPresent()) names.add("logn");
  }

  private void walk(Type type) {
    if (!walked.add(type)) return;
    if (type instanceof ParameterizedType generic)
      for (Type argument : generic.getActualTypeArguments()) walk(argument);
    if (!(type instanceof Class<?> known)) return;
    if (known.isSealed()) for (Class<?> permitted : known.getPermittedSubclasses()) walk(permitted);
    if (known.isEnum())
      for (Object constant : known.getEnumConstants()) names.add(name((Enum<?>) constant));
    if (known.isRecord()) {
      names.add(name(known));
      for (RecordComponent component : known.getRecordComponents())
        walk(component.getGenericType());
    }
  }

  private void collect(Object value) {
    switch (value) {
      case Enum<?> constant -> names.add(name(constant));
      case Collection<?> items -> {
        for (Object item : items) collect(item);
      }
      case Map<?, ?> map -> {
        collect(map.keySet());
        collect(map.values());
      }
      case Optional<?> some -> some.ifPresent(this::collect);
      case Record record -> {
        names.add(name(record.getClass()));
        for (RecordComponent component : record.getClass().getRecordComponents())
          try {
            collect(component.getAccessor().invoke(record));
          } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
          }
      }
      default -> {}
    }
  }

  private static String name(Enum<?> constant) {
    return name(constant.getDeclaringClass()) + "." + constant.name();
  }

  private static String name(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return outer == null ? type.getSimpleName() : name(outer) + "." + type.getSimpleName();
  }
}
