package org.isomorph.proof;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.tensor.Tensor;

/**
 * A piece that does not compute what the reference's does, with all that was seen of it.
 *
 * @param piece its name: {@code decoder.3}
 * @param fault its first value that is off, though what it is made of is not
 * @param reference what is right
 * @param candidate what is not
 * @param given what both pieces were given, by canonical names: the reference's values; masks and
 *     tables by what the candidate's pieces call them
 * @param expected what the reference's piece hands on, by canonical names
 * @param found what the candidate's hands on
 * @param parameters of the candidate's piece
 * @param weights those that both models have, and have differently
 * @param floor what rounding alone does to what the piece hands on
 * @param apart how far two sets of what it hands on are apart: the greatest row's error
 */
public record Suspect(
    String piece,
    Report.Fault fault,
    Reference reference,
    PiecewiseModel candidate,
    Map<String, Tensor> given,
    Map<String, Tensor> expected,
    Map<String, Tensor> found,
    Set<String> parameters,
    List<ParameterDifference> weights,
    double floor,
    ToDoubleBiFunction<Map<String, Tensor>, Map<String, Tensor>> apart) {}
