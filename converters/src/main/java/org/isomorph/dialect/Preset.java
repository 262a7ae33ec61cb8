package org.isomorph.dialect;

/**
 * A published model, by its configuration.
 *
 * @param name what people type: {@code llama-3-8b}
 * @param config the published configuration's keys
 */
public record Preset(String name, Config config) {}
