package org.isomorph.samples;

import static org.isomorph.spec.Dsl.alibi;
import static org.isomorph.spec.Dsl.geglu;
import static org.isomorph.spec.Dsl.lm;
import static org.isomorph.spec.Dsl.mqa;
import static org.isomorph.spec.Dsl.prefix;
import static org.isomorph.spec.Dsl.rms;
import static org.isomorph.spec.Dsl.sandwich;

import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;

/**
 * A model that no family has: a prefix decoder with ALiBi, a norm before and behind every mixer,
 * one key head, and a feed-forward layer gated by GELU.
 */
public final class DescribeYourOwn {
  private DescribeYourOwn() {}

  /** The model. */
  public static Model own() {
    return prefix("own", 32_000, 1024, Mask.Extent.Given.GIVEN)
        .layers(16, sandwich(rms(1e-6)).attention(mqa(16).position(alibi())).ffn(geglu(2816)))
        .head(lm().tied());
  }

  public static void main(String[] args) {
    Model own = own();
    System.out.println(own);
    System.out.printf("%,d parameters%n", own.parameters());

    // Each family is asked to say it, and answers with a configuration or with its reasons.
    for (Dialect family : Dialects.load(DescribeYourOwn.class.getClassLoader()).all())
      if (Expression.of(family, own, Spelling.BEFORE_5) instanceof Expression.Refused no)
        System.out.println(family.name() + ": " + no.reasons().getFirst().sentence());
  }
}
