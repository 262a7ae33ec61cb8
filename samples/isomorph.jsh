// A model that stays loaded, and what can be asked of it, in JShell. After `./isomorph --version`, which builds what is needed:
//
//   jshell --class-path "$(ls cli/target/isomorph.jar cli/target/lib/*.jar | tr '\n' :)" \
//     -R--enable-native-access=ALL-UNNAMED --startup DEFAULT --startup samples/isomorph.jsh
//
//   jshell> load("TinyStories")
//   jshell> ids(1, 403, 407)
//   jshell> cos()
//   jshell> attention("3", "-1", "0")
//   jshell> session.patched("decoder.0.attn.out", values -> new float[values.length]).cosine()
//
// `model` and `session` are the values that the rest of the library speaks of.

import org.isomorph.convert.Checkpoint;
import org.isomorph.debug.*;
import org.isomorph.debug.compare.*;
import org.isomorph.debug.kotlin.TokenPieces;
import org.isomorph.dialect.Dialects;
import org.isomorph.runtime.*;
import org.isomorph.tensor.*;

Dialects families = Dialects.load(Checkpoint.class.getClassLoader());
Path directory;
LoadedModel model;
DebugSession session;

/** The model of a checkpoint's directory; the one before is closed. */
void load(String name) throws IOException {
  LoadedModel next = Checkpoint.open(Path.of(name), families).load(RunOptions.usual());
  if (model != null) model.close();
  directory = Path.of(name);
  model = next;
  session = null;
}

/** What the model reads. */
void ids(long... ids) {
  session = DebugSession.of(model, Prompt.ids(model.model(), ids).spelled(TokenPieces.of(directory)));
  System.out.println(session.sequence());
}

void cos() { System.out.println(session.cosine()); }

void cos(String layers) { System.out.println(session.cosine(layers)); }

/** What every layer would predict behind the last token. */
void topk(int count) {
  System.out.println(session.look(LensProbe.all(session.model(), count, List.of(session.sequence().last().index()))));
}

void attention(String layer) { System.out.println(session.attention(layer)); }

/** How much the first token, the query, attends to the second. */
void attention(String layer, String query, String key) { System.out.println(session.attention(layer, query, key)); }

void stats(String... names) { System.out.println(session.statistics(names)); }

/** The first value that is not finite. */
void nan() { System.out.println(session.nonFinite()); }
