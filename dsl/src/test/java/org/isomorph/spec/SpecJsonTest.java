package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.*;

import org.isomorph.spec.kotlin.SpecJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecJsonTest {
  private static final Model TINY =
      causal("tiny", 10, 8)
          .layers(2, block(rms(1e-5)).attention(mha(2).rope(10_000)).ffn(swiglu(16)))
          .head(lm())
          .role(Role.BOS, 1);

  @Test
  void aModelIsATreeOfItsComponents() {
    assertThat(SpecJson.write(TINY).replaceAll("\\s", ""))
        .isEqualTo(EXPECTED.replaceAll("\\s", ""));
  }

  private static final String EXPECTED =
      // snippet: json
      """
      {
        "schema": 1,
        "name": "tiny",
        "towers": [
          {
            "name": "decoder",
            "dim": 8,
            "mask": "CAUSAL",
            "input": {
              "type": "tokens", "vocabulary": 10, "width": 8, "isShared": false, "scale": 1.0,
              "position": "NONE", "numbering": "SEQUENTIAL", "segments": 0, "norm": "NONE"
            },
            "runs": [
              {
                "count": 2,
                "block": {
                  "residuals": [
                    {
                      "placement": "PRE",
                      "branches": [
                        {
                          "norm": {"type": "rms", "eps": 1.0E-5, "gain": "WEIGHT"},
                          "mixer": {
                            "type": "heads", "heads": 2, "keyValueHeads": 2, "headDim": 4, "bias": [],
                            "position": {
                              "type": "rope", "theta": 10000.0, "dim": 4, "pairing": "HALVES",
                              "axes": "ONE", "spacing": "STANDARD", "scaling": "NONE"
                            },
                            "scale": 0.5, "sink": "NONE", "keyValues": "SELF"
                          }
                        }
                      ]
                    },
                    {
                      "placement": "PRE",
                      "branches": [
                        {
                          "norm": {"type": "rms", "eps": 1.0E-5, "gain": "WEIGHT"},
                          "mixer": {"type": "gated", "hidden": 16, "activation": "SILU", "bias": false}
                        }
                      ]
                    }
                  ]
                }
              }
            ],
            "norm": {"type": "rms", "eps": 1.0E-5, "gain": "WEIGHT"}
          }
        ],
        "heads": [{"type": "lm", "isTied": false, "bias": false, "isNormalised": false, "scale": 1.0}],
        "roles": {"BOS": [1]},
        "context": 0
      }
      """;

  // end

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"schema\": 1 | \"schema\": 2 | at $.schema: expected schema 1, which this version reads, found 2",
        "\"schema\": 1, | `` | at $: key \"schema\" is missing",
        "\"dim\": 8 | \"dim\": \"8\" | at $.towers[0].dim: expected a whole number, found \"8\"",
        "\"dim\": 8 | \"dim\": 8.5 | at $.towers[0].dim: expected a whole number, found 8.5",
        "\"dim\": 8 | \"dim\": NaN | expected a whole number, found NaN",
        "\"dim\": 8 | \"dim\": 99999999999999999999 | expected a whole number",
        "\"dim\": 8 | \"dim\": [8] | expected a whole number, found an array",
        "\"dim\": 8, | `` | at $.towers[0]: key \"dim\" is missing",
        "\"dim\": 8 | \"dmi\": 8 | at $.towers[0]: unknown key \"dmi\"; did you mean \"dim\"?",
        "\"CAUSAL\" | \"CASUAL\" | at $.towers[0].mask: expected \"BIDIRECTIONAL\" or \"CAUSAL\" or an object of type prefix, found \"CASUAL\"; did you mean \"CAUSAL\"?",
        "\"type\": \"gated\" | \"type\": \"gatd\" | found \"gatd\"; did you mean \"gated\"?",
        "\"type\": \"gated\", | `` | mixer: key \"type\" is missing",
        "\"SILU\" | \"SIGLU\" | activation: expected one of RELU, RELU_SQUARED",
        "\"theta\": 10000.0 | \"theta\": -1 | position: rope theta must be positive and finite, found -1.0",
        "\"theta\": 10000.0 | \"theta\": 1e999 | rope theta must be positive and finite, found Infinity",
        "\"keyValueHeads\": 2 | \"keyValueHeads\": 3 | mixer: attention heads (2) is not a multiple of key/value heads (3)",
        "\"bias\": false | \"bias\": 0 | expected true or false, found 0",
        "\"BOS\": [1] | \"BOSS\": [1] | at $.roles.BOSS: expected one of BOS, EOS",
      })
  void whatIsWrongIsRefusedWithItsPlace(String from, String to, String why) {
    String broken = EXPECTED.replace(from, to);
    assertThat(broken).isNotEqualTo(EXPECTED);
    assertThatThrownBy(() -> SpecJson.read(broken))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining(why);
  }

  @Test
  void deepNestingIsRefusedAndOverflowsNothing() {
    String deep = "[".repeat(200_000) + "]".repeat(200_000);
    assertThatThrownBy(() -> SpecJson.read(deep)).isInstanceOf(SpecException.class);
    String half = "[".repeat(100) + "]".repeat(100);
    assertThatThrownBy(() -> SpecJson.read(EXPECTED.replace("[1]", half)))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("at $.roles.BOS[0]: expected a whole number, found an array");
    String inside =
        EXPECTED.replace("\"roles\": {\"BOS\": [1]}", "\"roles\": {\"BOS\": " + deep + "}");
    assertThatThrownBy(() -> SpecJson.read(inside))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("too nested");
  }

  @Test
  void textThatIsNotJsonIsRefused() {
    for (String text : new String[] {"", "{", "{]", "null", "[]", "1"})
      assertThatThrownBy(() -> SpecJson.read(text)).isInstanceOf(SpecException.class);
  }
}
