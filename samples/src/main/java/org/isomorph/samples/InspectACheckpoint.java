package org.isomorph.samples;

import java.io.IOException;
import java.nio.file.Path;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Table;

/** What a directory holds, from headers alone: family, model, and what each tensor is made of. */
public final class InspectACheckpoint {
  private InspectACheckpoint() {}

  /**
   * Inspects a checkpoint.
   *
   * @param args its directory
   */
  public static void main(String[] args) throws IOException {
    Dialects families = Dialects.load(InspectACheckpoint.class.getClassLoader());
    Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]), families);
    System.out.printf(
        "%s, %,d parameters, %s%n",
        checkpoint.dialect().name(), checkpoint.model().parameters(), checkpoint.mainDType());
    for (Table.Entry tensor : checkpoint.table().entries())
      System.out.printf("%s %s = %s%n", tensor.name(), tensor.shape(), tensor.layout());
  }
}
