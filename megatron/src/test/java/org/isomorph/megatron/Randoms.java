package org.isomorph.megatron;

import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.causal;
import static org.isomorph.spec.Dsl.deepSeekRouter;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.groupedRouter;
import static org.isomorph.spec.Dsl.layerNorm;
import static org.isomorph.spec.Dsl.learned;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mla;
import static org.isomorph.spec.Dsl.mlp;
import static org.isomorph.spec.Dsl.moe;
import static org.isomorph.spec.Dsl.nextTokens;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.softmaxRouter;
import static org.isomorph.spec.Dsl.swiglu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Projection;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;
import org.isomorph.spec.Router.Grouped.Score;

/**
 * A model that Megatron can express, and two ways to spread it that Megatron accepts, all of one
 * seed.
 */
record Randoms(Model model, Ask one, Ask other) {
  /** Any of them, for laws. */
  static final class Any implements ArbitrarySupplier<Randoms> {
    @Override
    public Arbitrary<Randoms> get() {
      return Arbitraries.longs().withoutEdgeCases().map(Randoms::of);
    }
  }

  static Randoms of(long seed) {
    return new Maker(new Random(seed)).make();
  }

  private static final class Maker {
    private final Random random;

    /** What the matrices that ranks share must be multiples of. */
    private int shared = 1;

    private int sharedExperts = 1;
    private int sharedWithinExperts = 1;
    private boolean mixture;

    Maker(Random random) {
      this.random = random;
    }

    Randoms make() {
      mixture = chance(2);
      int[] tensor = {number(1, 2, 3, 4, 6, 8), number(1, 2, 3, 4, 6, 8)};
      int[] expert = {1, 1}, within = tensor.clone();
      if (mixture)
        for (int i = 0; i < 2; i++) {
          expert[i] = number(1, 2, 3, 4);
          if (chance(3)) within[i] = number(1, 2, 4);
        }
      shared = common(tensor[0], tensor[1]);
      sharedExperts = common(expert[0], expert[1]);
      sharedWithinExperts = common(within[0], within[1]);
      Model model = model(tensor);
      return new Randoms(
          model,
          ask(model, tensor[0], expert[0], within[0]),
          ask(model, tensor[1], expert[1], within[1]));
    }

    // ---- a model

    private Model model(int[] tensor) {
      boolean gated = chance(2);
      Norm norm = norm();
      boolean latent = chance(4);
      // Megatron has biases where the description has none: on routers, and not on latents.
      boolean biased = !mixture && !latent && chance(3);
      Attention attention = latent ? latent(norm) : heads(tensor, norm, biased);
      boolean added = !latent && !(((Heads) attention).position() instanceof Rope) && chance(2);
      FeedForward.Single dense = single(gated, biased, shared * few(3));
      FeedForward mixed = mixture ? mixture(gated) : dense;
      long first = mixture ? random.nextInt(3) : 0;
      boolean everyOther = mixture && chance(4);
      // Where positions are learned, a text is no longer than there are.
      long context = few(40);
      long window = attention instanceof Heads && chance(3) ? few(9) : 0;
      boolean windowsEverywhere = chance(2);
      long depth = 1 + random.nextInt(6);
      Model model =
          causal("random", 3 + few(40), shared * 4L * few(3))
              .embed(tokens -> tokens.position(added ? learned(context) : AbsolutePosition.NONE))
              .layers(
                  depth,
                  layer ->
                      block(norm)
                          .attention(
                              window > 0 && (windowsEverywhere || layer % 2 == 0)
                                  ? ((Heads) attention).window(window)
                                  : attention)
                          .ffn(layer < first || everyOther && layer % 2 == 1 ? dense : mixed))
              .finalNorm(norm)
              .head(lm().tied(chance(2)))
              .context(context);
      return chance(4) ? model.head(nextTokens(few(2))) : model;
    }

    private Norm norm() {
      return switch (random.nextInt(4)) {
        case 0 -> layerNorm(1e-5);
        case 1 -> rms(1e-6).unitOffset();
        default -> rms(number(1, 3) * 1e-6);
      };
    }

    private Heads heads(int[] tensor, Norm norm, boolean biased) {
      long groups = groups(tensor);
      long heads = common((int) groups, shared) * (long) few(2);
      // Odd as well: what is rotated is even, the rest of a head need not be.
      long dim = 2 + few(7);
      // Where groups are fewer than ranks, each rank has a part of one.
      while ((heads + 2 * groups) * dim % shared != 0) dim++;
      Heads plain = gqa(heads, groups).headDim(dim);
      if (biased) plain = plain.bias(Set.of(Projection.values()));
      else if (chance(3)) plain = plain.bias(Set.of(Projection.Q, Projection.K, Projection.V));
      if (chance(3)) plain = plain.qkNorm(norm);
      long rotated = chance(2) && dim % 2 == 0 ? dim : 2L * few((int) dim / 2);
      return chance(4) ? plain : plain.position(rope(rotated));
    }

    private long groups(int[] tensor) {
      List<Integer> possible = new ArrayList<>();
      for (int groups = 1; groups <= 2 * shared; groups++)
        if (suits(groups, tensor[0]) && suits(groups, tensor[1])) possible.add(groups);
      return possible.get(random.nextInt(possible.size()));
    }

    private static boolean suits(int groups, int tensor) {
      return groups % tensor == 0 || tensor % groups == 0;
    }

    private Rope rope(long rotated) {
      Rope plain = Dsl.rope(number(10_000, 500_000, 123)).dim(rotated);
      if (chance(3)) plain = plain.pairs();
      return switch (random.nextInt(5)) {
        case 0 -> plain.scaled(Dsl.llama3(number(8, 32), 1, 4, 8192));
        case 1 -> plain.scaled(Dsl.linear(4));
        default -> plain;
      };
    }

    private Latent latent(Norm norm) {
      // Megatron's own layers cut what goes down into latents too.
      long rotated = 2L * few(3);
      long rank = shared * 4L * few(2);
      while ((rank + rotated) % shared != 0) rotated += 2;
      Latent plain =
          mla(
                  shared * (long) few(2),
                  chance(2) ? 0 : shared * (long) few(3),
                  rank,
                  few(6),
                  rotated,
                  few(6))
              .norm(norm);
      if (chance(2)) plain = plain.rope(plain.rope().scaled(Dsl.yarn(4, 64, 1, 0.5)));
      return plain;
    }

    private FeedForward.Single single(boolean gated, boolean biased, long hidden) {
      if (gated) {
        Gated plain = swiglu(hidden);
        return biased ? plain.biased() : plain;
      }
      Activation activation =
          pick(
              Activation.GELU,
              // Megatron has the approximation only where it adds a bias too.
              biased ? Activation.GELU_TANH : Activation.GELU,
              Activation.RELU_SQUARED);
      this.activation = this.activation.isEmpty() ? Optional.of(activation) : this.activation;
      var plain = mlp(hidden, this.activation.get());
      return biased ? plain.biased() : plain;
    }

    private Optional<Activation> activation = Optional.empty();

    private Mixture mixture(boolean gated) {
      int experts = sharedExperts * few(3);
      // Groups divide experts, and as many are chosen as groups are kept or twice as many.
      boolean groups = experts % 2 == 0 && experts >= 4 && chance(3);
      boolean sigmoid = chance(2);
      int chosen = groups ? sigmoid ? 2 : 1 : Math.min(experts, few(3));
      Router router =
          sigmoid
              ? groups
                  ? deepSeekRouter(2, 1, few(3))
                  : new Router.Grouped(Score.SIGMOID_TOP2, 1, 1, chosen > 1, few(3), chance(2))
              : groups
                  ? groupedRouter(Score.SOFTMAX_MAX, 2, 1, few(3))
                  : softmaxRouter(chance(2), few(3));
      Mixture plain =
          moe(experts, chosen, single(gated, false, sharedWithinExperts * (long) few(3)))
              .router(router);
      FeedForward.Single beside = single(gated, false, shared * (long) few(3));
      return switch (random.nextInt(3)) {
        case 0 -> plain.shared(beside);
        case 1 -> plain.gatedShared(beside);
        default -> plain;
      };
    }

    // ---- ways to spread it

    private Ask ask(Model model, int tensor, int expert, int within) {
      int depth = Math.toIntExact(model.last().depth());
      Ask ask =
          Ask.tensor(tensor)
              .divided(division(depth, Math.toIntExact(model.furtherTokens())))
              .experts(model.last().has(Mixture.class) ? expert : 1)
              .divisor(number(1, 2, 5, 16))
              .as(pick(MegatronFormat.values()));
      if (within != tensor && model.last().has(Mixture.class)) ask = ask.expertTensor(within);
      switch (random.nextInt(3)) {
        case 0 -> ask = ask.by(Implementation.TRANSFORMER_ENGINE, Experts.SEQUENTIAL);
        case 1 -> ask = ask.by(Implementation.TRANSFORMER_ENGINE, Experts.GROUPED);
        default -> {}
      }
      return ask.format() == MegatronFormat.TORCH && sharesDirectories(ask, model)
          ? ask.distributed()
          : ask;
    }

    private static boolean sharesDirectories(Ask ask, Model model) {
      try {
        ask.plan().of(model);
        return false;
      } catch (MegatronException refused) {
        if (!String.valueOf(refused.getMessage()).contains("write torch_dist")) throw refused;
        return true;
      }
    }

    /** The first of some at random that fits; a text always does. */
    private Division division(int depth, int predicting) {
      for (int tries = 0; tries < 6; tries++) {
        int stages = 1 + random.nextInt(6);
        int virtual = stages > 1 && chance(3) ? 2 : 1;
        boolean ends = virtual == 1 && chance(2);
        boolean counts = !ends && chance(2);
        try {
          Division division =
              new Division(
                  stages,
                  virtual,
                  ends && chance(2) ? OptionalInt.of(random.nextInt(3)) : OptionalInt.empty(),
                  ends && chance(2) ? OptionalInt.of(random.nextInt(3)) : OptionalInt.empty(),
                  counts && chance(2),
                  counts && chance(2),
                  Optional.empty());
          division.of(depth, predicting);
          return division;
        } catch (MegatronException doesNotFit) {
          // Another may.
        }
      }
      int stages = 1 + random.nextInt(4), virtual = stages > 1 ? few(2) : 1;
      return new Division(
          stages,
          virtual,
          OptionalInt.empty(),
          OptionalInt.empty(),
          false,
          false,
          Optional.of(text(depth, predicting, stages * virtual)));
    }

    private String text(int depth, int predicting, int entries) {
      int[] layers = new int[entries];
      for (int i = 0; i < depth; i++) layers[random.nextInt(entries)]++;
      // Further tokens are predicted behind all layers.
      int lastHolding = 0;
      for (int i = 0; i < entries; i++) if (layers[i] > 0) lastHolding = i;
      int predicts = lastHolding + random.nextInt(entries - lastHolding);
      StringBuilder text = new StringBuilder("E");
      for (int i = 0; i < entries; i++) {
        if (i > 0) text.append('|');
        if (layers[i] > 2) text.append("t*").append(layers[i]);
        else text.append("t".repeat(layers[i]));
        if (i == predicts) text.append("m".repeat(predicting));
      }
      return text.append(",L").toString();
    }

    // ---- chance

    private boolean chance(int oneIn) {
      return random.nextInt(oneIn) == 0;
    }

    private int few(int most) {
      return 1 + random.nextInt(most);
    }

    private int number(int... these) {
      return these[random.nextInt(these.length)];
    }

    @SafeVarargs
    private <T> T pick(T... these) {
      return these[random.nextInt(these.length)];
    }

    /** The least common multiple. */
    private static int common(int a, int b) {
      int x = a, y = b;
      while (y != 0) {
        int rest = x % y;
        x = y;
        y = rest;
      }
      return a / x * b;
    }
  }
}
