package io.portmapctl.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Our SHA-512 against the JDK's. */
@Tag("fast")
class Sha512Test {
  /** Three blocks and more, and so every place where the padding can begin. */
  private static final int LONGEST = 400;

  @Test
  void theStandardsExample() {
    assertThat(HexFormat.of().formatHex(Sha512.digest(new byte[] {'a', 'b', 'c'})))
        .startsWith("ddaf35a193617abacc417349ae204131")
        .endsWith("2a9ac94fa54ca49f");
  }

  @Test
  void everyLengthIsDigestedAsTheJdkDoes() throws Exception {
    Random random = new Random(1);
    for (int length = 0; length <= LONGEST; length++) {
      byte[] message = new byte[length];
      random.nextBytes(message);
      assertThat(Sha512.digest(message))
          .as("%d bytes", length)
          .isEqualTo(MessageDigest.getInstance("SHA-512").digest(message));
    }
  }
}
