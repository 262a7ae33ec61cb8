/**
 * Tensors in files: safetensors, torch's own files and its distributed checkpoints, read and
 * written at any size, and usable without the rest of Isomorph.
 *
 * <p>To read: {@link org.isomorph.tensorfile.SafetensorsFile} is one open file, {@link
 * org.isomorph.tensorfile.SafetensorsHeader} what its header says, and {@link
 * org.isomorph.tensorfile.SafetensorsDirectory} a checkpoint of one file or of hundreds, tied
 * together by a {@link org.isomorph.tensorfile.SafetensorsIndex}. Each gives {@link
 * org.isomorph.tensorfile.StoredTensor}s: a name, a type, a shape, and the bytes of a file that
 * hold them. Only headers are read until data is asked for.
 *
 * <p>To write: {@link org.isomorph.tensorfile.SafetensorsLayout} computes where every byte of a
 * file will be, {@link org.isomorph.tensorfile.ShardPlan} does so for a checkpoint of bounded
 * shards, and {@link org.isomorph.tensorfile.SafetensorsWriter} streams data to those places.
 *
 * <p>Files of torch.save: {@link org.isomorph.tensorfile.TorchFile} says what one holds, {@link
 * org.isomorph.tensorfile.TorchDirectory} what a checkpoint of several, and {@link
 * org.isomorph.tensorfile.TorchLayout} where every byte of a new one will be. Checkpoints whose
 * tensors are cut into parts by {@code torch.distributed.checkpoint}: {@link
 * org.isomorph.tensorfile.DistributedDirectory} and {@link
 * org.isomorph.tensorfile.DistributedLayout}.
 *
 * <p>Input is hostile until checked: whatever is malformed ends in a {@link
 * org.isomorph.tensorfile.TensorFileException} that names the file, the tensor, what was expected
 * and what was found. Offsets, sizes and extents are {@code long} throughout, in bytes unless
 * stated otherwise; data is little-endian and row-major.
 */
@NullMarked
package org.isomorph.tensorfile;

import org.jspecify.annotations.NullMarked;
