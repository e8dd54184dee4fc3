package io.portmapctl.testing;

import io.portmapctl.ruleset.Rule;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The string constants of classes: ArchUnit sees none in bodies of methods. */
public final class ClassConstants {
  private ClassConstants() {}

  private static Path root() throws Exception {
    return Path.of(Rule.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .resolve("io/portmapctl");
  }

  /** Every class of the main code, nested ones too, without {@code io.portmapctl.}. */
  public static List<String> namesOfMainCode() throws Exception {
    Path root = root();
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(f -> root.relativize(f).toString())
          .filter(f -> f.endsWith(".class"))
          .map(f -> f.replace(".class", "").replace('/', '.'))
          .toList();
    }
  }

  /** For each top-level class of the main code, without {@code io.portmapctl.}, its strings. */
  public static Map<String, List<String>> ofMainCode() throws Exception {
    Path root = root();
    Map<String, List<String>> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace(".class", "").replace('/', '.');
        try (InputStream in = Files.newInputStream(file)) {
          found
              .computeIfAbsent(name.replaceFirst("\\$.*", ""), t -> new ArrayList<>())
              .addAll(strings(new DataInputStream(in)));
        }
      }
    }
    return found;
  }

  /**
   * The string constants of a class file (JVMS 4.4), those of concatenations included.
   *
   * @throws IOException if it is none
   */
  private static List<String> strings(DataInputStream in) throws IOException {
    if (in.readInt() != 0xcafebabe) {
      throw new IOException("no class file");
    }
    in.skipNBytes(4); // its version
    int size = in.readUnsignedShort();
    String[] texts = new String[size];
    List<Integer> strings = new ArrayList<>();
    for (int i = 1; i < size; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 8 -> strings.add(in.readUnsignedShort());
        case 7, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++; // it takes two places
        }
        default -> throw new IOException("constant of the unknown kind " + tag);
      }
    }
    return strings.stream().map(i -> texts[i]).toList();
  }
}
