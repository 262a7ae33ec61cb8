package org.isomorph.tensorfile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isomorph.tensorfile.TorchContent.Range;
import org.isomorph.tensorfile.pickle.Pickle;
import org.isomorph.tensorfile.pickle.PickleException;
import org.isomorph.tensorfile.pickle.PickleInput;
import org.isomorph.tensorfile.pickle.PickleLimits;
import org.isomorph.tensorfile.pickle.PickleReader;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.isomorph.tensorfile.pickle.PickleValue.Persistent;

/** The pickles of one file, one behind the other. */
final class TorchPickles {
  private final Path file;
  private final Range range;
  private final PickleLimits limits;
  private final PickleInput input;
  private final List<Persistent> references = new ArrayList<>();

  private TorchPickles(FileRegion region, Range range) {
    this.file = region.file();
    this.range = range;
    this.limits = PickleLimits.ofHeap();
    InputStream in = region.stream(range.begin(), range.end());
    this.input = new PickleInput(in, Math.min(range.bytes(), limits.bytes()));
  }

  /** The pickles of a region, which may end anywhere in it. */
  static TorchPickles in(FileRegion region) {
    return new TorchPickles(region, new Range(region.begin(), region.end()));
  }

  /** The only pickle of a range. */
  static PickleValue only(FileRegion region, Range range) throws IOException {
    return new TorchPickles(region, range).next();
  }

  /** The next pickle's value. */
  PickleValue next() throws IOException {
    try {
      Pickle pickle = PickleReader.read(input, limits);
      references.addAll(pickle.references());
      return pickle.value();
    } catch (PickleException malformed) {
      throw new TensorFileException(file + ": " + malformed.getMessage(), malformed);
    }
  }

  /** What the pickles read so far refer to outside them. */
  List<Persistent> references() {
    return references;
  }

  /** The position in the file behind the pickles that were read. */
  long position() {
    return range.begin() + input.consumed();
  }
}
