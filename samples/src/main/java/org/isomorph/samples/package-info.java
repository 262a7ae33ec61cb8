/**
 * Small programs, each with a {@code main} that prints what it finds: the same recipe in Java and,
 * beside it under {@code kotlin}, in Kotlin.
 *
 * <pre>
 *   DescribeAModel            LLaMA-3-8B as a value, and what follows from it
 *   DescribeEncoderDecoder    two towers that share a table
 *   DescribeYourOwn           a model that no family has
 *   RunYourOwn                the same with random weights: run, looked into, generated from
 *   CompareTwoModels          how two models differ, in words
 *   WriteSafetensors          a file of tensors
 *   ReadSafetensors           the same file, read and mapped
 *   ConvertACheckpoint        llama to qwen2 and back, byte for byte
 *   InspectACheckpoint        family, description and tensors, from headers
 *   WriteYourOwnLayout        fused projections, from one packing to another
 * </pre>
 */
@NullMarked
package org.isomorph.samples;

import org.jspecify.annotations.NullMarked;
