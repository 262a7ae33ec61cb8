package org.isomorph.debug.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ModelReference;
import org.isomorph.debug.recording.Recording;
import org.isomorph.dialect.Dialects;
import org.isomorph.proof.Subject;
import org.isomorph.spec.Model;

/** One of the two that are compared. */
public sealed interface Side {
  /** What people call it. */
  String name();

  /** A model that can be run. */
  record Running(String name, Subject subject, Optional<Path> directory) implements Side {}

  /**
   * What a model computed.
   *
   * @param model its description, where the recording has one that can be read
   */
  record Recorded(String name, Recording recording, Optional<Model> model) implements Side {}

  /**
   * A side as people name one: a safetensors file is a recording, all else a model.
   *
   * @throws org.isomorph.convert.ConversionRefused if it is neither
   * @throws org.isomorph.debug.recording.RecordingException if the file is no recording
   */
  static Side find(String name, Dialects dialects) throws IOException {
    Path path = Path.of(name);
    if (name.endsWith(".safetensors") && !Files.isDirectory(path)) {
      Recording recording = Recording.open(path);
      return new Recorded(name, recording, recording.model(dialects));
    }
    return of(name, ModelReference.find(name, dialects).weights());
  }

  /** A checkpoint, computed in float32. */
  static Running of(String name, Checkpoint checkpoint) {
    return new Running(name, Subject.of(checkpoint), Optional.of(checkpoint.directory()));
  }
}
