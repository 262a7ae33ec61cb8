package org.isomorph.spec;

/** A function applied to each element of a hidden layer. */
public enum Activation {
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code max(x, 0)^2}. */
  RELU_SQUARED,
  /** {@code x * Phi(x)} with the error function. Hendrycks and Gimpel, arXiv 1606.08415. */
  GELU,
  /** GELU by its tanh approximation: {@code x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))}. */
  GELU_TANH,
  /** {@code x * sigmoid(1.702 x)}. */
  QUICK_GELU,
  /** {@code x * sigmoid(x)}, also called swish. */
  SILU,
  /** Hyperbolic tangent. */
  TANH,
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID,
  /** {@code x}. */
  IDENTITY
}
