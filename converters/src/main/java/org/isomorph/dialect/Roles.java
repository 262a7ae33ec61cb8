package org.isomorph.dialect;

import java.util.List;
import java.util.Map;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;

/** The keys of special tokens: {@code bos_token_id} and its like, each an id or a list of ids. */
public final class Roles {
  private static final Map<Role, String> KEYS =
      Map.of(
          Role.BOS, "bos_token_id",
          Role.EOS, "eos_token_id",
          Role.PAD, "pad_token_id",
          Role.MASK, "mask_token_id",
          Role.GMASK, "gmask_token_id",
          Role.DECODER_START, "decoder_start_token_id");

  private Roles() {}

  /** The model with the ids that a configuration gives to these roles. */
  public static Model read(Model model, Config config, Role... roles) {
    Model with = model;
    for (Role role : roles) {
      List<Long> ids = config.numbers(key(role));
      if (!ids.isEmpty()) with = with.role(role, ids.stream().mapToLong(Long::longValue).toArray());
    }
    return with;
  }

  /** The model with ids for these roles too, where a configuration does not even mention them. */
  public static Model readUsual(Model model, Config config, Map<Role, Long> usual) {
    Model with = model;
    for (Map.Entry<Role, Long> each : usual.entrySet())
      if (!config.mentions(key(each.getKey()))) with = with.role(each.getKey(), each.getValue());
    return with;
  }

  /** Writes the ids of these roles, as far as the model has them. */
  public static void write(Config.Builder config, Model model, Role... roles) {
    for (Role role : roles) {
      List<Long> ids = model.ids(role);
      if (ids.size() == 1) config.set(key(role), ids.getFirst());
      else if (!ids.isEmpty()) config.set(key(role), ids);
    }
  }

  /**
   * Writes that there is no id for those of these roles that the model lacks: for families whose
   * code has ids of its own where a configuration is silent, if only outside the vocabulary.
   */
  public static Config.Builder writeLacking(Config.Builder config, Model model, Role... roles) {
    for (Role role : roles) if (model.ids(role).isEmpty()) config.setNull(key(role));
    return config;
  }

  private static String key(Role role) {
    String key = KEYS.get(role);
    if (key == null) throw new IllegalArgumentException("no key for the role " + role);
    return key;
  }
}
