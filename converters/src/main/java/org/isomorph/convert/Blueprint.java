package org.isomorph.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.Seal;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * A directory that is to be written, known to the byte before anything is: what an {@code Executor}
 * works from, whatever formats and families are behind it. Names of files are relative paths with
 * {@code /}, such as {@code iter_0000001/metadata.json}; directories come with the files in them.
 *
 * @param files large files, in the order in which they are written
 * @param small whole small files (configuration, indices), written last
 * @param carried files copied as they are (tokenizers)
 * @param digest identifies the plan: a rerun with the same digest writes the same bytes and may
 *     resume
 */
public record Blueprint(List<File> files, List<Small> small, List<Carried> carried, String digest) {
  public Blueprint {
    files = List.copyOf(files);
    small = List.copyOf(small);
    carried = List.copyOf(carried);
  }

  /** The names of all files, each of which is one within the directory. */
  public List<String> names() {
    return Stream.of(
            files.stream().map(File::name),
            small.stream().map(Small::name),
            carried.stream().map(Carried::name))
        .flatMap(Function.identity())
        .toList();
  }

  /** The bytes that all files together will have. */
  public long bytes() {
    long total = 0;
    for (File file : files) total = Math.addExact(total, file.size());
    for (Small file : small) total = Math.addExact(total, file.content().size());
    return total;
  }

  /**
   * One large file. Bytes that nothing writes are zero.
   *
   * @param name its path within the directory
   * @param size the length of the whole file
   * @param fixed what is known already, such as a header, in the order of the file
   * @param tasks what fills the rest, in any order; no two write the same byte
   * @param seals checksums that are written when all tasks are done, over zeros of the fixed bytes
   */
  public record File(
      String name, long size, List<Fixed> fixed, List<Task> tasks, List<Seal> seals) {
    public File {
      fixed = List.copyOf(fixed);
      tasks = List.copyOf(tasks);
      seals = List.copyOf(seals);
    }

    /** A file of a header, behind which tasks write. */
    public File(String name, Bytes header, long size, List<Task> tasks) {
      this(name, size, List.of(new Fixed(0, header)), tasks, List.of());
    }

    /** The bytes that are written: what nothing writes is a hole, which takes no space. */
    public long stored() {
      long stored = 0;
      for (Fixed bytes : fixed) stored = Math.addExact(stored, bytes.content().size());
      for (Task task : tasks) stored = Math.addExact(stored, task.bytes());
      return Math.min(stored, size);
    }
  }

  /** Bytes of a file, and the position of the first one. */
  public record Fixed(long offset, Bytes content) {
    /** The position behind the last one. */
    public long end() {
      return Math.addExact(offset, content.size());
    }
  }

  /** A file small enough to be held. */
  public record Small(String name, Bytes content) {}

  /** A file that is copied unchanged. */
  public record Carried(String name, Path source) {}

  /** Where elements come from. */
  public sealed interface Source {
    /** The type of the elements. */
    DType dtype();

    /** The files that hold them, or what they are made of. */
    default Stream<Path> files() {
      return switch (this) {
        case Span span -> Stream.of(span.file());
        case Derived derived -> derived.tensor().files().stream().map(StoredTensor::file);
      };
    }
  }

  /**
   * The elements of a tensor in a file: where its element 0 lies, in bytes, and what its elements
   * are.
   */
  public record Span(Path file, long offset, DType dtype) implements Source {}

  /** The elements of a tensor that no file holds, made as they are read. */
  public record Derived(TensorSource tensor) implements Source {
    @Override
    public DType dtype() {
      return tensor.dtype();
    }
  }

  /** The elements of a tensor in the file that is being written. */
  public record Slot(long offset, DType dtype) {}

  /** One independent piece of work within a file. */
  public sealed interface Task {
    /** The bytes that it writes. */
    long bytes();

    /** What it reads. */
    default Stream<Source> sources() {
      return switch (this) {
        case Move move -> Stream.of(move.source());
        case Compute compute -> compute.gather().stream().map(Piece::source);
      };
    }
  }

  /** Elements moved from one file to another, cast if the dtypes differ. */
  public record Move(Source source, Slot target, Box box) implements Task {
    @Override
    public long bytes() {
      return target.dtype().bytes(box.elements());
    }
  }

  /**
   * A parameter gathered, computed anew, and scattered: its elements are numbered in row-major
   * order of {@code shape}.
   *
   * @param gather from stored elements to the parameter's
   * @param scatter from the parameter's elements to written ones
   */
  public record Compute(
      Shape shape,
      Transform transform,
      List<Piece<Source, Parameter>> gather,
      List<Piece<Parameter, Slot>> scatter)
      implements Task {
    /** The one tensor in the middle of a computation. */
    public enum Parameter {
      PARAMETER
    }

    public Compute {
      gather = List.copyOf(gather);
      scatter = List.copyOf(scatter);
    }

    @Override
    public long bytes() {
      long written = 0;
      for (Piece<Parameter, Slot> piece : scatter)
        written = Math.addExact(written, piece.target().dtype().bytes(piece.box().elements()));
      return written;
    }
  }
}
