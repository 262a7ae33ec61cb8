package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.isomorph.spec.kotlin.PublishedInKotlinKt;
import org.junit.jupiter.api.Test;

class JavaAndKotlinTest {
  @Test
  void bothLanguagesEndInTheSameValues() {
    for (int i = 0; i < Published.ALL.size(); i++)
      assertThat(PublishedInKotlinKt.getAll().get(i)).isEqualTo(Published.ALL.get(i));
    assertThat(PublishedInKotlinKt.getAll()).hasSameSizeAs(Published.ALL);
  }
}
