import static jdk.internal.org.objectweb.asm.Opcodes.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import jdk.internal.org.objectweb.asm.ClassReader;
import jdk.internal.org.objectweb.asm.ClassWriter;
import jdk.internal.org.objectweb.asm.Handle;
import jdk.internal.org.objectweb.asm.Label;
import jdk.internal.org.objectweb.asm.MethodVisitor;
import jdk.internal.org.objectweb.asm.Type;
import jdk.internal.org.objectweb.asm.tree.AbstractInsnNode;
import jdk.internal.org.objectweb.asm.tree.ClassNode;
import jdk.internal.org.objectweb.asm.tree.FieldInsnNode;
import jdk.internal.org.objectweb.asm.tree.FieldNode;
import jdk.internal.org.objectweb.asm.tree.InvokeDynamicInsnNode;
import jdk.internal.org.objectweb.asm.tree.MethodInsnNode;
import jdk.internal.org.objectweb.asm.tree.MethodNode;

/**
 * Lambdas CLASSES: makes a class of each lambda and method reference of the class files in a
 * folder.
 *
 * <p>A lambda is linked when it is first met, which takes a tenth of a millisecond and more even
 * where a class-data archive holds it; a class of the archive a third of that. A command that runs
 * for a tenth of a second meets hundreds. What is made is a member of the nest that the lambda is
 * in, so that it may call what is private there, as the JVM's own class for it does. A record's
 * equals and hashCode are made of method handles when they are first called, which takes ten
 * milliseconds and is in no archive; here they are what one would write.
 */
public final class Lambdas {
  private static final String OBJECT = "java/lang/Object";
  private static final String OBJECTS = "java/util/Objects";
  private static final String CONSTRUCTOR = "<init>";

  /** The only instance of a lambda that captures nothing. */
  private static final String ONLY = "ONLY";

  /** A primitive type, the class that boxes it, and the method that gives it back. */
  private record Boxed(Type primitive, String box, String method) {}

  private static final List<Boxed> BOXED =
      List.of(
          new Boxed(Type.BOOLEAN_TYPE, "java/lang/Boolean", "booleanValue"),
          new Boxed(Type.CHAR_TYPE, "java/lang/Character", "charValue"),
          new Boxed(Type.BYTE_TYPE, "java/lang/Byte", "byteValue"),
          new Boxed(Type.SHORT_TYPE, "java/lang/Short", "shortValue"),
          new Boxed(Type.INT_TYPE, "java/lang/Integer", "intValue"),
          new Boxed(Type.LONG_TYPE, "java/lang/Long", "longValue"),
          new Boxed(Type.FLOAT_TYPE, "java/lang/Float", "floatValue"),
          new Boxed(Type.DOUBLE_TYPE, "java/lang/Double", "doubleValue"));

  private final Map<String, ClassNode> classes = new TreeMap<>();
  private final List<ClassNode> made = new ArrayList<>();
  private final Set<ClassNode> changed = new LinkedHashSet<>();

  private Lambdas() {}

  /** Changes the class files in a folder. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Lambdas lambdas = new Lambdas();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(f -> f.toString().endsWith(".class")).toList();
    }
    for (Path file : files) {
      ClassNode node = new ClassNode();
      new ClassReader(Files.readAllBytes(file)).accept(node, 0);
      lambdas.classes.put(node.name, node);
    }
    List.copyOf(lambdas.classes.values()).forEach(lambdas::replaceAll);
    for (ClassNode node : lambdas.changed) {
      write(folder, node, new ClassWriter(0)); // no frame and no stack is another
    }
    for (ClassNode node : lambdas.made) {
      write(folder, node, new ClassWriter(ClassWriter.COMPUTE_MAXS));
    }
  }

  private static void write(Path folder, ClassNode node, ClassWriter writer) throws IOException {
    node.accept(writer);
    Files.write(folder.resolve(node.name + ".class"), writer.toByteArray());
  }

  private void replaceAll(ClassNode outer) {
    int number = 0;
    for (MethodNode method : outer.methods) {
      for (AbstractInsnNode each : method.instructions.toArray()) {
        if (each instanceof InvokeDynamicInsnNode lambda
            && lambda.bsm.getOwner().equals("java/lang/invoke/LambdaMetafactory")
            && lambda.bsm.getName().equals("metafactory")) {
          method.instructions.set(each, replaced(outer, lambda, number++));
          changed.add(outer);
        } else if (each instanceof InvokeDynamicInsnNode whole
            && whole.bsm.getOwner().equals("java/lang/runtime/ObjectMethods")
            && !whole.name.equals("toString")) {
          writeOut(outer, method);
          changed.add(outer);
        }
      }
    }
  }

  /** Writes a record's equals or hashCode out; all of it is one call of what is linked. */
  private static void writeOut(ClassNode record, MethodNode method) {
    List<FieldNode> components =
        record.fields.stream().filter(f -> (f.access & ACC_STATIC) == 0).toList();
    method.instructions.clear();
    method.localVariables = null;
    method.maxStack = 6; // two components of two words each, at most, and what is below
    if (method.name.equals("hashCode")) {
      writeHashCode(record.name, components, method);
    } else {
      writeEquals(record.name, components, method);
    }
  }

  private static void writeHashCode(String record, List<FieldNode> components, MethodVisitor code) {
    code.visitInsn(ICONST_0);
    for (FieldNode component : components) {
      code.visitIntInsn(BIPUSH, 31);
      code.visitInsn(IMUL);
      code.visitVarInsn(ALOAD, 0);
      code.visitFieldInsn(GETFIELD, record, component.name, component.desc);
      Type type = Type.getType(component.desc);
      if (isPrimitive(type)) {
        String hash = Type.getMethodDescriptor(Type.INT_TYPE, type);
        code.visitMethodInsn(INVOKESTATIC, boxed(type).box, "hashCode", hash, false);
      } else {
        code.visitMethodInsn(INVOKESTATIC, OBJECTS, "hashCode", "(Ljava/lang/Object;)I", false);
      }
      code.visitInsn(IADD);
    }
    code.visitInsn(IRETURN);
  }

  private static void writeEquals(String record, List<FieldNode> components, MethodVisitor code) {
    Label other = new Label();
    code.visitVarInsn(ALOAD, 1);
    code.visitTypeInsn(INSTANCEOF, record);
    code.visitJumpInsn(IFEQ, other);
    for (FieldNode component : components) {
      code.visitVarInsn(ALOAD, 0);
      code.visitFieldInsn(GETFIELD, record, component.name, component.desc);
      code.visitVarInsn(ALOAD, 1);
      code.visitTypeInsn(CHECKCAST, record);
      code.visitFieldInsn(GETFIELD, record, component.name, component.desc);
      Type type = Type.getType(component.desc);
      if (isPrimitive(type)) {
        String compare = Type.getMethodDescriptor(Type.INT_TYPE, type, type);
        code.visitMethodInsn(INVOKESTATIC, boxed(type).box, "compare", compare, false);
        code.visitJumpInsn(IFNE, other);
      } else {
        String equal = "(Ljava/lang/Object;Ljava/lang/Object;)Z";
        code.visitMethodInsn(INVOKESTATIC, OBJECTS, "equals", equal, false);
        code.visitJumpInsn(IFEQ, other);
      }
    }
    code.visitInsn(ICONST_1);
    code.visitInsn(IRETURN);
    code.visitLabel(other);
    code.visitFrame(F_SAME, 0, null, 0, null);
    code.visitInsn(ICONST_0);
    code.visitInsn(IRETURN);
  }

  /** Makes the class, and gives what stands in the lambda's place. */
  private AbstractInsnNode replaced(ClassNode outer, InvokeDynamicInsnNode lambda, int number) {
    ClassNode host = outer.nestHostClass == null ? outer : classes.get(outer.nestHostClass);
    Type type = Type.getReturnType(lambda.desc);
    Type[] captured = Type.getArgumentTypes(lambda.desc);
    ClassNode node = new ClassNode();
    node.version = outer.version;
    node.access = ACC_FINAL | ACC_SUPER | ACC_SYNTHETIC;
    node.name = outer.name + "$L" + number;
    node.superName = OBJECT;
    node.interfaces = List.of(type.getInternalName());
    node.nestHostClass = host.name;
    if (host.nestMembers == null) {
      host.nestMembers = new ArrayList<>();
    }
    host.nestMembers.add(node.name);
    changed.add(host);
    made.add(node);
    addConstructor(node, captured);
    addMethod(node, lambda, captured);
    if (captured.length == 0) {
      addOnly(node, type);
      return new FieldInsnNode(GETSTATIC, node.name, ONLY, type.getDescriptor());
    }
    addFactory(node, lambda.desc, captured);
    return new MethodInsnNode(INVOKESTATIC, node.name, "of", lambda.desc, false);
  }

  private static String constructor(Type[] captured) {
    return Type.getMethodDescriptor(Type.VOID_TYPE, captured);
  }

  private static MethodNode method(ClassNode node, int access, String name, String type) {
    MethodNode method = new MethodNode(access, name, type, null, null);
    node.methods.add(method);
    return method;
  }

  private static void addConstructor(ClassNode node, Type[] captured) {
    MethodNode code = method(node, ACC_PRIVATE, CONSTRUCTOR, constructor(captured));
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKESPECIAL, OBJECT, CONSTRUCTOR, "()V", false);
    int local = 1;
    for (int i = 0; i < captured.length; i++) {
      String type = captured[i].getDescriptor();
      node.fields.add(new FieldNode(ACC_PRIVATE | ACC_FINAL, "c" + i, type, null, null));
      code.visitVarInsn(ALOAD, 0);
      code.visitVarInsn(captured[i].getOpcode(ILOAD), local);
      code.visitFieldInsn(PUTFIELD, node.name, "c" + i, type);
      local += captured[i].getSize();
    }
    code.visitInsn(RETURN);
  }

  private static void addOnly(ClassNode node, Type type) {
    int access = ACC_STATIC | ACC_FINAL;
    node.fields.add(new FieldNode(access, ONLY, type.getDescriptor(), null, null));
    MethodNode code = method(node, ACC_STATIC, "<clinit>", "()V");
    code.visitTypeInsn(NEW, node.name);
    code.visitInsn(DUP);
    code.visitMethodInsn(INVOKESPECIAL, node.name, CONSTRUCTOR, "()V", false);
    code.visitFieldInsn(PUTSTATIC, node.name, ONLY, type.getDescriptor());
    code.visitInsn(RETURN);
  }

  private static void addFactory(ClassNode node, String factory, Type[] captured) {
    MethodNode code = method(node, ACC_STATIC, "of", factory);
    code.visitTypeInsn(NEW, node.name);
    code.visitInsn(DUP);
    int local = 0;
    for (Type each : captured) {
      code.visitVarInsn(each.getOpcode(ILOAD), local);
      local += each.getSize();
    }
    code.visitMethodInsn(INVOKESPECIAL, node.name, CONSTRUCTOR, constructor(captured), false);
    code.visitInsn(ARETURN);
  }

  /** The method of the interface, which calls what the lambda is made of. */
  private static void addMethod(ClassNode node, InvokeDynamicInsnNode lambda, Type[] captured) {
    Type erased = (Type) lambda.bsmArgs[0];
    Handle body = (Handle) lambda.bsmArgs[1];
    Type typed = (Type) lambda.bsmArgs[2];
    MethodNode code = method(node, ACC_PUBLIC, lambda.name, erased.getDescriptor());
    boolean creates = body.getTag() == H_NEWINVOKESPECIAL;
    Type owner = Type.getObjectType(body.getOwner());
    List<Type> takes = new ArrayList<>();
    if (creates) {
      code.visitTypeInsn(NEW, body.getOwner());
      code.visitInsn(DUP);
    } else if (body.getTag() != H_INVOKESTATIC) {
      takes.add(owner);
    }
    takes.addAll(List.of(Type.getArgumentTypes(body.getDesc())));
    for (int i = 0; i < captured.length; i++) {
      code.visitVarInsn(ALOAD, 0);
      code.visitFieldInsn(GETFIELD, node.name, "c" + i, captured[i].getDescriptor());
      convert(code, captured[i], takes.get(i));
    }
    Type[] given = erased.getArgumentTypes();
    int local = 1;
    for (int i = 0; i < given.length; i++) {
      code.visitVarInsn(given[i].getOpcode(ILOAD), local);
      local += given[i].getSize();
      convert(code, given[i], typed.getArgumentTypes()[i]);
      convert(code, typed.getArgumentTypes()[i], takes.get(captured.length + i));
    }
    code.visitMethodInsn(
        call(body), body.getOwner(), body.getName(), body.getDesc(), body.isInterface());
    Type gives = creates ? owner : Type.getReturnType(body.getDesc());
    Type wanted = erased.getReturnType();
    if (wanted.equals(Type.VOID_TYPE)) {
      if (gives.getSize() > 0) {
        code.visitInsn(gives.getSize() == 1 ? POP : POP2);
      }
    } else {
      convert(code, gives, typed.getReturnType());
      convert(code, typed.getReturnType(), wanted);
    }
    code.visitInsn(wanted.getOpcode(IRETURN));
  }

  private static int call(Handle body) {
    return switch (body.getTag()) {
      case H_INVOKESTATIC -> INVOKESTATIC;
      case H_INVOKEINTERFACE -> INVOKEINTERFACE;
      case H_INVOKEVIRTUAL -> INVOKEVIRTUAL;
      case H_NEWINVOKESPECIAL -> INVOKESPECIAL;
      // a private method of the nest, which is called as any other there
      case H_INVOKESPECIAL -> body.isInterface() ? INVOKEINTERFACE : INVOKEVIRTUAL;
      default -> throw new IllegalStateException(body.toString());
    };
  }

  private static boolean isPrimitive(Type type) {
    return type.getSort() < Type.ARRAY;
  }

  private static Boxed boxed(Type primitive) {
    return BOXED.stream().filter(b -> b.primitive.equals(primitive)).findFirst().orElseThrow();
  }

  /** Makes what is on the stack another type, as LambdaMetafactory says that it is to be done. */
  private static void convert(MethodVisitor code, Type from, Type to) {
    if (from.equals(to)) {
      return;
    }
    if (isPrimitive(from) && isPrimitive(to)) {
      widen(code, from, to);
    } else if (isPrimitive(from)) {
      Boxed boxed = boxed(from);
      String type = Type.getMethodDescriptor(Type.getObjectType(boxed.box), from);
      code.visitMethodInsn(INVOKESTATIC, boxed.box, "valueOf", type, false);
    } else if (isPrimitive(to)) {
      Boxed boxed =
          BOXED.stream()
              .filter(b -> b.box.equals(from.getInternalName()))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException(from + " as " + to));
      String type = Type.getMethodDescriptor(boxed.primitive);
      code.visitMethodInsn(INVOKEVIRTUAL, boxed.box, boxed.method, type, false);
      convert(code, boxed.primitive, to);
    } else if (!to.getInternalName().equals(OBJECT)) {
      code.visitTypeInsn(CHECKCAST, to.getInternalName());
    }
  }

  private static void widen(MethodVisitor code, Type from, Type to) {
    boolean isInt = from.getSort() <= Type.INT && from.getSort() != Type.BOOLEAN;
    if (isInt && to.equals(Type.LONG_TYPE)) {
      code.visitInsn(I2L);
    } else if (isInt && to.equals(Type.DOUBLE_TYPE)) {
      code.visitInsn(I2D);
    } else if (from.equals(Type.LONG_TYPE) && to.equals(Type.DOUBLE_TYPE)) {
      code.visitInsn(L2D);
    } else if (!isInt || !to.equals(Type.INT_TYPE)) {
      throw new IllegalStateException(from + " as " + to); // none of ours, so far
    }
  }
}
