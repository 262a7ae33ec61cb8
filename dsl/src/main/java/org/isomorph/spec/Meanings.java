package org.isomorph.spec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What each kind of parameter computes, by the end of its canonical name. */
final class Meanings {
  private Meanings() {}

  /** Endings in the order in which they are tried: the longer ones first. */
  private static final Map<Pattern, String> TABLE = table();

  private static Map<Pattern, String> table() {
    String[][] rows = {
      {"embed\\.token", "a vector for each token id"},
      {"embed\\.position", "a vector for each position, added to the token's"},
      {"embed\\.segment", "a vector for each segment, added to the token's"},
      {"embed\\.patch", "projects a patch of the image to a vector"},
      {"embed\\.class", "the vector that stands before the patches"},
      {"embed\\.project_in", "widens looked-up vectors to the tower's width"},
      {"embed\\.project_out", "narrows the stream to the table's width, before the head"},
      {"mtp\\.\\d+\\.embed_norm", "normalises the next token's embedding"},
      {"mtp\\.\\d+\\.hidden_norm", "normalises the stream beside it"},
      {"mtp\\.\\d+\\.project", "joins both: project . [embedding; stream]"},
      {"mlm\\.dense", "the transform before masked token logits"},
      {"mlm", "added to masked token logits"},
      {"nsp", "whether the second segment follows the first"},
      {"pooler", "the dense layer over the first vector"},
      {"classes", "class logits of the pooled vector"},
      {"reward", "one number of the last vector"},
      {"project\\.[a-z_]+", "a pooled vector in the shared space"},
      {"logit_scale", "cosines are multiplied by its exponential"},
      {"head", "logits = head . stream"},
      {"buckets", "added to scores by bucket of distance and head"},
      {"sink", "a logit for each head that joins softmax's denominator"},
      {"q_down", "compresses queries: q = q_up . norm(q_down . x)"},
      {"q_up", "queries from their latent"},
      {"kv_down", "the latent of keys and values, and the shared rotary key: what is cached"},
      {"kv_up", "keys and values from the latent"},
      {"retention\\d*\\.gate", "gates the output: act(gate . x) * norm(retained)"},
      {"decay", "the decay of each head: logsigmoid(decay . x) / temperature"},
      {"router\\.correction", "added to the scores for choosing experts, not for weighting them"},
      {"router", "scores of the experts: router . x"},
      {"shared_gate", "the shared layer is multiplied by sigmoid(shared_gate . x)"},
      {"gate", "down . (act(gate . x) * up . x)"},
      {"up", "the hidden layer: act(up . x), or times the gate"},
      {"down", "the hidden layer back to the stream"},
      {"q", "queries = q . x"},
      {"k", "keys = k . x"},
      {"v", "values = v . x"},
      {"o", "heads back to the stream: o . mix"},
      {"post_norm", "normalises what the mixer adds"},
      {"[a-z_]*norm", "a gain or bias of a norm"},
    };
    Map<Pattern, String> table = new LinkedHashMap<>();
    for (String[] row : rows)
      table.put(Pattern.compile("(.*\\.)?" + row[0] + "(\\.(weight|bias))?"), row[1]);
    return table;
  }

  static String of(String name) {
    for (Map.Entry<Pattern, String> row : TABLE.entrySet())
      if (row.getKey().matcher(name).matches()) return row.getValue();
    throw new SpecException("no parameter is called " + name);
  }
}
