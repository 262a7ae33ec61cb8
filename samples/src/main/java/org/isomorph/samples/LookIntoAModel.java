package org.isomorph.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isomorph.convert.Checkpoint;
import org.isomorph.debug.AttentionReadout;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Layer;
import org.isomorph.debug.Lens;
import org.isomorph.debug.Prompt;
import org.isomorph.debug.Show;
import org.isomorph.debug.kotlin.TokenPieces;
import org.isomorph.debug.report.ReportPage;
import org.isomorph.dialect.Dialects;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.RunOptions;
import org.isomorph.tensor.Tensor;

/** What each layer does, what it would predict, who attends to whom, and what depends on it. */
public final class LookIntoAModel {
  private LookIntoAModel() {}

  /**
   * Looks into a model of eight tokens and two layers at least.
   *
   * @param args the checkpoint's directory
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    // snippet: session
    Dialects families = Dialects.load(Checkpoint.class.getClassLoader());
    Checkpoint checkpoint = Checkpoint.open(directory, families);
    try (LoadedModel model = checkpoint.load(RunOptions.usual())) {
      Prompt prompt = Prompt.ids(model.model(), 1, 5, 3, 7).spelled(TokenPieces.of(directory));
      DebugSession session = DebugSession.of(model, prompt);
      System.out.println(session.cosine());
      Lens lens = session.lens(10);
      System.out.println(lens.settles(3).orElse("the last layer does not give the answer"));
      AttentionReadout last = session.attention("-1", "3", "0");
      System.out.println(last.mean());
    }
    // end
    try (LoadedModel model = checkpoint.load(RunOptions.usual())) {
      DebugSession session = DebugSession.of(model, 1, 5, 3, 7);
      // snippet: patch
      Tensor before = session.value("decoder.0.attn.out");
      Tensor nothing = Tensor.filled(before.dtype(), before.shape(), _ -> {});
      DebugSession without = session.patched("decoder.0.attn.out", nothing);
      System.out.println(without.lens(5).layers().getLast().at(3).best());
      // end
      // snippet: show
      Show show = new Show(session);
      show.show_cos_distance(1);
      show.show_topk_token(1, 5);
      show.show_attention(1, "3", "0");
      // end
      // snippet: page
      ReportPage page = ReportPage.of("my tool 1.0", session, Layer.parse(model.model(), "0..1"));
      Files.writeString(directory.resolve("report.html"), page.html());
      // end
      // snippet: values
      System.out.println(session.statistics("decoder.*.ffn.out"));
      System.out.println(session.nonFinite());
      // end
    }
  }
}
