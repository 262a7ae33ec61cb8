package org.isomorph.convert;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.tensorfile.TensorSource;

/**
 * A conversion as it will be done: decided, checked and known to the byte, with nothing written
 * yet.
 *
 * @param source the opened checkpoint
 * @param target the family that is written
 * @param model the model as the target has it
 * @param config the configuration that is written
 * @param steps adjustments of the description, in order
 * @param made how many tensors of the source are made as they are read, by how
 * @param casts how many tensors change their dtype, by what becomes what ({@code F32 -> BF16})
 * @param outcome whether numbers stay as they are
 * @param evidence what was looked up in the values
 * @param left tensors of the source that are not written, each with the reason
 * @param lost what the target's configuration has no word for and no computation needs
 * @param tensors the tensors that are written, with what they are made of
 * @param moved which stored elements are which of the written tensors', where nothing is computed
 * @param computed which stored elements those parameters are computed of that are computed
 * @param written the files that they are written to
 * @param blueprint every byte of it
 */
public record Plan(
    Checkpoint source,
    Dialect target,
    Model model,
    Config config,
    List<Step> steps,
    Map<String, Long> made,
    Map<String, Long> casts,
    Outcome outcome,
    List<Evidence> evidence,
    Map<String, String> left,
    List<Difference> lost,
    List<Table.Entry> tensors,
    Mapping<TensorSource, String> moved,
    Mapping<TensorSource, String> computed,
    WrittenTensors written,
    Blueprint blueprint) {
  /** Whether a cast, as {@link #casts} names it, loses nothing. */
  public static boolean isExactCast(String cast) {
    return DTypes.isExact(cast);
  }

  /** What a written tensor is made of: tensors of the source, as its files name them. */
  public Map<String, Set<TensorSource>> provenance() {
    Map<String, Set<TensorSource>> provenance = new LinkedHashMap<>();
    for (Piece<TensorSource, String> piece : moved.pieces())
      provenance.computeIfAbsent(piece.target(), _ -> new LinkedHashSet<>()).add(piece.source());
    Map<String, List<Piece<TensorSource, String>>> parameters = computed.byTarget();
    for (Table.Entry tensor : tensors)
      for (String parameter : tensor.layout().parameters())
        for (Piece<TensorSource, String> piece : parameters.getOrDefault(parameter, List.of()))
          provenance.computeIfAbsent(tensor.name(), _ -> new LinkedHashSet<>()).add(piece.source());
    return provenance;
  }
}
