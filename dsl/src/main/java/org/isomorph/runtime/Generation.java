package org.isomorph.runtime;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.isomorph.graph.Laws;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that a model puts behind a prompt, each computed when it is asked for:
 *
 * <pre>{@code
 * try (Generation generation = model.generate(prompt, Sampling.greedy().maxTokens(64))) {
 *   for (long token : generation) System.out.println(token);
 * }
 * }</pre>
 *
 * <p>A token that ends the sequence is the last one handed out. Iterators and streams of one
 * generation go on where the others are. For one thread.
 */
public final class Generation implements Iterable<Long>, AutoCloseable {
  /** Tokens of a prompt that are read at once: what passes between layers stays small. */
  private static final int PIECE = 512;

  /** Why a generation came to its end. */
  public enum End {
    /** The model gave a token that ends the sequence. */
    END_TOKEN("the model ended the sequence"),
    /** As many tokens as were asked for are there. */
    MAX_TOKENS("as many tokens as were asked for"),
    /** The model's table of positions has no row for one more. */
    POSITIONS("the model has no more positions");

    private final String words;

    End(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private final Session session;
  private final Sampling sampling;
  private final Sampler sampler;
  private final Set<Long> stops;
  private final long positions;
  private final String idsName;
  private final int piece;
  private final Map<String, Tensor> beside = new LinkedHashMap<>();
  private long[] unread;
  private long count;
  private @Nullable End end;
  private @Nullable Outputs outputs;

  Generation(LoadedModel loaded, Request request, Sampling sampling) {
    Model model = loaded.model();
    this.sampling = sampling;
    this.sampler = new Sampler(sampling);
    this.stops = new HashSet<>(sampling.stops().orElse(model.ids(Role.EOS)));
    this.positions = positions(model);
    Set<String> reads = loaded.graph().inputs().keySet();
    this.idsName = reads.contains("decoder_input_ids") ? "decoder_input_ids" : "input_ids";
    Map<String, Tensor> once = new LinkedHashMap<>(request.inputs());
    this.unread = first(model, once.remove(idsName));
    if (!once.containsKey("input_ids"))
      // What goes along with the prompt itself, such as its mask, goes along with its tokens.
      for (String name : List.of("attention_mask", "token_type_ids"))
        if (reads.contains(name) && once.containsKey(name))
          beside.put(name, Objects.requireNonNull(once.remove(name)));
    if (reads.contains("prefix_lengths") && !once.containsKey("prefix_lengths"))
      once.put("prefix_lengths", Tensor.ofLongs(Shape.of(1), unread.length));
    boolean whole =
        !beside.isEmpty() || !request.taps().isEmpty() || !Laws.of(model).hold(Laws.Law.CHUNKED);
    this.piece = whole ? unread.length : PIECE;
    this.session = loaded.session(new Request(once, request.taps(), request.feeds(), true, false));
  }

  /** How many tokens can be told apart by a learned position. */
  private static long positions(Model model) {
    return model
        .tokens()
        .map(Tokens::position)
        .filter(AbsolutePosition.Learned.class::isInstance)
        .map(position -> ((AbsolutePosition.Learned) position).max())
        .orElse(Long.MAX_VALUE);
  }

  private long[] first(Model model, @Nullable Tensor prompt) {
    if (prompt == null) {
      List<Long> starts = model.ids(Role.DECODER_START);
      if (!idsName.equals("decoder_input_ids"))
        throw new RunException("a generation needs a prompt, as input_ids (1, seq)");
      if (starts.isEmpty())
        throw new RunException(
            model.name()
                + " does not say with which token its decoder starts: give decoder_input_ids");
      return new long[] {starts.getFirst()};
    }
    if (prompt.shape().rank() != 2 || prompt.shape().dim(0) != 1 || prompt.shape().dim(1) == 0)
      throw new RunException(
          "a generation continues one sequence: expected %s (1, seq), found %s"
              .formatted(idsName, prompt));
    return prompt.longs();
  }

  /**
   * The next token; empty at the end.
   *
   * @throws RunException if the prompt has ids that the model does not know, or too many
   */
  public OptionalLong next() {
    if (end != null) return OptionalLong.empty();
    outputs = read();
    long token = sampler.next(outputs.logits());
    count++;
    unread = new long[] {token};
    if (stops.contains(token)) end = End.END_TOKEN;
    else if (count == sampling.maxTokens()) end = End.MAX_TOKENS;
    else if (session.length() >= positions) end = End.POSITIONS;
    return OptionalLong.of(token);
  }

  private Outputs read() {
    int from = 0;
    for (; unread.length - from > piece; from += piece)
      session.next(Arrays.copyOfRange(unread, from, from + piece));
    Map<String, Tensor> inputs = new LinkedHashMap<>(beside);
    beside.clear();
    long[] rest = Arrays.copyOfRange(unread, from, unread.length);
    inputs.put(idsName, Tensor.ofLongs(Shape.of(1, rest.length), rest));
    return session.next(inputs);
  }

  /** Why there are no more tokens; empty where there may be more. */
  public Optional<End> end() {
    return Optional.ofNullable(end);
  }

  /**
   * What gave the last token: its logits (1, 1, vocabulary), and what the request taps, of the
   * tokens that were read for it: first all of the prompt, then one at a time.
   *
   * @throws RunException before the first token
   */
  public Outputs outputs() {
    if (outputs == null) throw new RunException("no token was generated yet");
    return outputs;
  }

  /** The tokens that are still to come. */
  @Override
  public PrimitiveIterator.OfLong iterator() {
    return new PrimitiveIterator.OfLong() {
      @Override
      public boolean hasNext() {
        return end == null;
      }

      @Override
      public long nextLong() {
        return Generation.this.next().orElseThrow();
      }
    };
  }

  /** The tokens that are still to come. */
  public LongStream stream() {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.longStream(Spliterators.spliteratorUnknownSize(iterator(), traits), false);
  }

  @Override
  public void close() {
    session.close();
  }
}
