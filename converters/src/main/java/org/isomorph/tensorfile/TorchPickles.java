package org.isomorph.tensorfile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
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

  private TorchPickles(Path file, FileChannel channel, Range range) throws IOException {
    this.file = file;
    this.range = range;
    this.limits = PickleLimits.ofHeap();
    InputStream in = Channels.newInputStream(channel.position(range.begin()));
    this.input = new PickleInput(in, Math.min(range.bytes(), limits.bytes()));
  }

  /** The pickles from a position on, which may end anywhere in the range. */
  static TorchPickles in(Path file, FileChannel channel, Range range) throws IOException {
    return new TorchPickles(file, channel, range);
  }

  /** The only pickle of a range. */
  static PickleValue only(Path file, FileChannel channel, Range range) throws IOException {
    return in(file, channel, range).next();
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
