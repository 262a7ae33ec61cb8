package org.isomorph.spec;

/**
 * Where the norm {@code N} of a residual stands around its branch {@code f}.
 *
 * <table>
 * <caption>Placements</caption>
 * <tr><td>{@code PRE}</td><td>{@code x + f(N(x))}</td><td>GPT-2, LLaMA</td></tr>
 * <tr><td>{@code POST}</td><td>{@code N(x + f(x))}</td><td>the original Transformer, BERT, GPT-1</td></tr>
 * <tr><td>{@code SANDWICH}</td><td>{@code x + N2(f(N1(x)))}</td><td>CogView, Gemma 2, GLM-4-0414</td></tr>
 * <tr><td>{@code BRANCH_POST}</td><td>{@code x + N(f(x))}</td><td>OLMo 2</td></tr>
 * <tr><td>{@link Deep}</td><td>{@code N(alpha x + f(x))}</td><td>DeepNorm, arXiv 2203.00555</td></tr>
 * <tr><td>{@link Glm}</td><td>{@code alpha N(x) + f(N(x))}</td><td>ChatGLM-6B, GLM-130B</td></tr>
 * </table>
 */
public sealed interface Placement {
  /** The placements without a number. */
  enum Plain implements Placement {
    PRE,
    POST,
    SANDWICH,
    BRANCH_POST
  }

  /** DeepNorm: {@code N(alpha x + f(x))}. */
  record Deep(double alpha) implements Placement {
    public Deep {
      Require.positive("DeepNorm alpha", alpha);
    }

    @Override
    public String toString() {
      return "deepNorm(" + Print.number(alpha) + ")";
    }
  }

  /** GLM's variant, whose residual is the normalised stream: {@code alpha N(x) + f(N(x))}. */
  record Glm(double alpha) implements Placement {
    public Glm {
      Require.positive("GLM alpha", alpha);
    }

    @Override
    public String toString() {
      return "glmNorm(" + Print.number(alpha) + ")";
    }
  }

  Placement PRE = Plain.PRE;
  Placement POST = Plain.POST;
  Placement SANDWICH = Plain.SANDWICH;
  Placement BRANCH_POST = Plain.BRANCH_POST;
}
