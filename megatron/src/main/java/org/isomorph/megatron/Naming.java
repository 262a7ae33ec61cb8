package org.isomorph.megatron;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.megatron.Address.Place;

/**
 * What tensors are called in files: by either implementation of a layer, in either format, and
 * before Megatron had a core.
 *
 * <p>Logical tensors go by the names of Megatron's own implementation.
 */
final class Naming {
  private static final String NORM = "input_layernorm.";
  private static final String FUSED_NORM = "self_attention.linear_qkv.layer_norm_";
  private static final String SECOND_NORM = "pre_mlp_layernorm.";
  private static final String FUSED_SECOND_NORM = "mlp.linear_fc1.layer_norm_";
  private static final Map<String, String> LATENT_NORMS =
      Map.of(
          "self_attention.q_layernorm.", "self_attention.linear_q_up_proj.layer_norm_",
          "self_attention.kv_layernorm.", "self_attention.linear_kv_up_proj.layer_norm_");

  private static final Pattern MATRIX =
      Pattern.compile("(.*(?:linear_\\w+|output_layer|eh_proj))\\.(?:weight|bias)\\d*");

  private final Form form;

  Naming(Form form) {
    this.form = form;
  }

  /**
   * The state of 8-bit training that goes with a tensor's module, if that multiplies by a matrix: a
   * program that goes on asks for it by name, and takes none for an answer.
   */
  static Optional<String> state(String tensor) {
    Matcher matrix = MATRIX.matcher(tensor);
    return matrix.matches() ? Optional.of(matrix.group(1) + "._extra_state") : Optional.empty();
  }

  // ---- the format torch

  /** What a rank's file calls a tensor. */
  String torch(Address held, Address address) {
    return torch(held, part(named(held, address), form.implementation(), false), form.modules());
  }

  /** All that a rank's file may call a tensor, the likeliest first. */
  SequencedSet<String> torchNames(Address held, Address address) {
    SequencedSet<String> names = new LinkedHashSet<>();
    names.add(torch(held, address));
    Address named = named(held, address);
    for (Implementation by : Implementation.values())
      for (Experts modules : Experts.values())
        names.add(torch(held, part(named, by, false), modules));
    names.add(torch(held, part(named, Implementation.LOCAL, true), form.modules()));
    names.addAll(Legacy.names(held));
    return names;
  }

  /** Where it is in the model, as what the rank holds it: a table may be a head's copy there. */
  private static Address named(Address held, Address address) {
    return new Address(held.place(), address.layer(), held.part(), address.expert());
  }

  private static String torch(Address held, String part, Experts modules) {
    return prefix(held, "mtp_model_layer.") + expert(held.expert(), part, modules);
  }

  private static String prefix(Address held, String next) {
    return switch (held.place()) {
      case OUTSIDE -> "";
      case LAYER -> "decoder.layers." + held.layer() + ".";
      case AROUND_NEXT -> "mtp.layers." + held.layer() + ".";
      case NEXT -> "mtp.layers." + held.layer() + "." + next;
    };
  }

  private static String expert(OptionalLong expert, String part, Experts modules) {
    if (expert.isEmpty()) return part;
    return switch (modules) {
      case SEQUENTIAL -> "mlp.experts.local_experts." + expert.getAsLong() + "." + part;
      case GROUPED -> "mlp.experts." + part + expert.getAsLong();
    };
  }

  // ---- the format torch_dist

  /**
   * A tensor of {@code torch_dist}, of which a logical one is a part.
   *
   * @param key what it is called
   * @param layers whether its first axis counts layers
   * @param experts whether its next axis counts experts
   */
  record Stack(String key, boolean layers, boolean experts) {}

  /** The tensor that holds a logical one, where equal layers are stacked or stand apart. */
  Stack distributed(Address address, boolean stacked) {
    return distributed(address, stacked, distributedPart(address));
  }

  /** All that may hold it, the likeliest first. */
  List<Stack> distributedNames(Address address, boolean stacked) {
    SequencedSet<String> parts = new LinkedHashSet<>(List.of(distributedPart(address)));
    for (Implementation by : Implementation.values()) {
      parts.add(part(address, by, false));
      parts.add(part(address, by, true));
    }
    return parts.stream().map(part -> distributed(address, stacked, part)).toList();
  }

  private static Stack distributed(Address address, boolean stacked, String part) {
    boolean layers = stacked && address.place() == Place.LAYER;
    boolean experts = address.expert().isPresent();
    String name = experts ? "mlp.experts.experts." + part : part;
    return new Stack(
        layers ? "decoder.layers." + name : prefix(address, "transformer_layer.") + name,
        layers,
        experts);
  }

  /** Also Megatron's own layers write norms as TransformerEngine's would, but around latents. */
  private String distributedPart(Address address) {
    boolean own = form.implementation() == Implementation.LOCAL;
    return own && form.latent()
        ? address.part()
        : part(address, Implementation.TRANSFORMER_ENGINE, own);
  }

  // ---- both

  /**
   * What a part is called within its layer.
   *
   * @param always whether the norm before a mixture is named as that before a dense layer
   */
  private String part(Address address, Implementation by, boolean always) {
    String part = address.part();
    boolean inLayer = address.place() == Place.LAYER || address.place() == Place.NEXT;
    if ((by == Implementation.LOCAL && !always) || !inLayer) return part;
    if (part.startsWith(NORM) && !form.latent()) return FUSED_NORM + part.substring(NORM.length());
    if (part.startsWith(SECOND_NORM) && (always || !isMixture(address)))
      return FUSED_SECOND_NORM + part.substring(SECOND_NORM.length());
    if (form.latent())
      for (Map.Entry<String, String> norm : LATENT_NORMS.entrySet())
        if (part.startsWith(norm.getKey()))
          return norm.getValue() + part.substring(norm.getKey().length());
    return part;
  }

  /** A layer that predicts a further token is like the last one. */
  private boolean isMixture(Address address) {
    return address.place() == Place.NEXT
        ? form.experts() > 0
        : form.isMixture().test(address.layer());
  }
}
