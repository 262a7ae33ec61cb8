package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a generator never makes, no law over it holds for: so it must make everything. */
class RandomModelsTest {
  private final Set<Object> possible = new HashSet<>();
  private final Set<Type> walked = new HashSet<>();
  private final Set<Object> made = new HashSet<>();

  @Test
  void everyPermittedRecordAndEveryConstantIsMade() throws ReflectiveOperationException {
    walk(Model.class);
    for (long seed = 0; seed < 3000; seed++) collect(RandomModels.of(seed, 3));
    Set<String> missing = new TreeSet<>();
    for (Object one : possible) if (!made.contains(one)) missing.add(one.toString());
    assertThat(missing).isEmpty();
    assertThat(possible).hasSizeGreaterThan(80);
  }

  /** Every record and enum constant that a value of this type can hold. */
  private void walk(Type type) {
    if (!walked.add(type)) return;
    if (type instanceof ParameterizedType generic)
      for (Type argument : generic.getActualTypeArguments()) walk(argument);
    if (!(type instanceof Class<?> known)) return;
    if (known.isSealed()) for (Class<?> permitted : known.getPermittedSubclasses()) walk(permitted);
    if (known.isEnum()) possible.addAll(Set.of(known.getEnumConstants()));
    if (known.isRecord()) {
      possible.add(known);
      for (RecordComponent component : known.getRecordComponents())
        walk(component.getGenericType());
    }
  }

  private void collect(Object value) throws ReflectiveOperationException {
    switch (value) {
      case Enum<?> constant -> made.add(constant);
      case Collection<?> items -> {
        for (Object item : items) collect(item);
      }
      case Map<?, ?> map -> {
        collect(map.keySet());
        collect(map.values());
      }
      case Optional<?> some -> {
        if (some.isPresent()) collect(some.get());
      }
      case Record record -> {
        made.add(record.getClass());
        for (RecordComponent component : record.getClass().getRecordComponents())
          collect(component.getAccessor().invoke(record));
      }
      default -> {}
    }
  }
}
