package org.isomorph.graph;

/** A graph that breaks its own rules, or a request that a graph cannot serve. */
public final class GraphException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public GraphException(String message) {
    super(message);
  }
}
