@file:JvmName("-Named") // A leading '-' hides this class from Java, which has Dsl.

package org.isomorph.spec.kotlin

import java.util.OptionalDouble
import org.isomorph.spec.Heads
import org.isomorph.spec.Latent
import org.isomorph.spec.RelativePosition
import org.isomorph.spec.Retention
import org.isomorph.spec.Rope
import org.isomorph.spec.RopeScaling
import org.isomorph.spec.SharedCache

/** Rotary positions by named arguments; [dim] 0 rotates whole heads. */
public fun rope(
  theta: Double = 10_000.0,
  dim: Long = 0,
  pairing: Rope.Pairing = Rope.Pairing.HALVES,
  axes: Rope.Axes = Rope.Axes.ONE,
  spacing: Rope.Spacing = Rope.Spacing.STANDARD,
  scaling: RopeScaling = RopeScaling.NONE,
): Rope = Rope(theta, dim, pairing, axes, spacing, scaling)

/** YaRN by named arguments. */
public fun yarn(
  factor: Double,
  trained: Long,
  mscale: Double = 0.0,
  mscaleAllDim: Double = 0.0,
  betaFast: Double = 32.0,
  betaSlow: Double = 1.0,
  truncate: Boolean = true,
): RopeScaling.Yarn =
  RopeScaling.Yarn(
    factor,
    trained,
    betaFast,
    betaSlow,
    OptionalDouble.empty(),
    mscale,
    mscaleAllDim,
    truncate,
  )

/** LLaMA 3.1's stretching by named arguments. */
public fun llama3(
  factor: Double,
  lowFrequencyFactor: Double = 1.0,
  highFrequencyFactor: Double = 4.0,
  trained: Long = 8192,
): RopeScaling.Llama3 = RopeScaling.Llama3(factor, lowFrequencyFactor, highFrequencyFactor, trained)

public infix fun Heads.with(position: RelativePosition): Heads = position(position)

public infix fun Latent.with(rotation: Rope): Latent = rope(rotation)

public infix fun Retention.with(position: RelativePosition): Retention = position(position)

public infix fun SharedCache.with(position: RelativePosition): SharedCache = position(position)
