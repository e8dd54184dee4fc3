import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies a jar, with the class files in it that are older than Java 8's written anew in that
 * format: with stack maps, which an archive of linked classes asks for, and the same code. It needs
 * a JDK 24 or newer: {@code java UpdatedClasses.java FROM TO}.
 */
public final class UpdatedClasses {
  private UpdatedClasses() {}

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    try (URLClassLoader classes = new URLClassLoader(new URL[] {from.toUri().toURL()});
        ZipFile jar = new ZipFile(from.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(Path.of(args[1])))) {
      ClassFile format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      List<? extends ZipEntry> entries =
          jar.stream().sorted(Comparator.comparing(ZipEntry::getName)).toList();
      for (ZipEntry entry : entries) {
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(copy);
        try (InputStream in = jar.getInputStream(entry)) {
          byte[] content = in.readAllBytes();
          out.write(entry.getName().endsWith(".class") ? updated(format, content) : content);
        }
        out.closeEntry();
      }
    }
  }

  private static byte[] updated(ClassFile format, byte[] content) {
    ClassModel type = format.parse(content);
    if (type.majorVersion() >= ClassFile.JAVA_8_VERSION) {
      return content;
    }
    // every method's body is made anew, or it would be copied as it is, without a stack map
    ClassTransform bodies =
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    return format.transformClass(
        type,
        bodies.andThen(
            (builder, element) ->
                builder.with(
                    element instanceof ClassFileVersion
                        ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                        : element)));
  }
}
