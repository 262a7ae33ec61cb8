package org.isomorph.cli.build;

import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A class file in which records and pattern switches call methods of their own class.
 *
 * <p>javac leaves {@code equals}, {@code hashCode} and {@code toString} of a record and the choice
 * among the patterns of a {@code switch} to {@code invokedynamic}: the JVM writes the code when it
 * first gets there. The start-up cache keeps that code for lambdas, but not for these, and each
 * start would pay for it again.
 */
final class PlainCalls {
  private static final ClassDesc RECORDS = ClassDesc.of("java.lang.runtime.ObjectMethods");
  private static final ClassDesc SWITCHES = ClassDesc.of("java.lang.runtime.SwitchBootstraps");
  private static final ClassDesc OBJECTS = ClassDesc.of(Objects.class.getName());
  private static final ClassDesc BUILDER = ClassDesc.of(StringBuilder.class.getName());

  private PlainCalls() {}

  /** The class with such methods, or the very array that was given if it needs none. */
  static byte[] rewrite(byte[] original) {
    ClassModel model = ClassFile.of().parse(original);
    Map<InvokeDynamicEntry, Method> methods = new LinkedHashMap<>();
    for (MethodModel method : model.methods())
      for (CodeElement element : method.code().map(CodeModel::elementList).orElse(List.of()))
        if (element instanceof InvokeDynamicInstruction call) {
          Consumer<CodeBuilder> body = body(model.thisClass().asSymbol(), call);
          if (body == null) continue;
          String name = "plain$" + call.name().stringValue() + "$" + methods.size();
          methods.putIfAbsent(call.invokedynamic(), new Method(name, call.typeSymbol(), body));
        }
    if (methods.isEmpty()) return original;

    // What replaces a call takes and leaves the same, so that a method's frames stay javac's:
    // to compute them anew would need the hierarchy of all classes.
    byte[] calling =
        ClassFile.of(StackMapsOption.DROP_STACK_MAPS)
            .transformClass(
                model,
                (builder, element) -> {
                  if (element instanceof MethodModel method && method.code().isPresent())
                    builder.transformMethod(
                        method,
                        MethodTransform.transformingCode(
                            new Replacement(model, method.code().get(), methods)));
                  else builder.with(element);
                });
    // Where branches of a new method meet there are only its arguments: no hierarchy is needed.
    return ClassFile.of()
        .transformClass(
            ClassFile.of().parse(calling),
            ClassTransform.endHandler(builder ->
                methods
                    .values()
                    .forEach(method ->
                        builder.withMethodBody(
                            method.name,
                            method.type,
                            ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC,
                            method.body))));
  }

  private record Method(String name, MethodTypeDesc type, Consumer<CodeBuilder> body) {}

  /** Calls a method instead of what was to be linked. */
  private record Replacement(
      ClassModel owner, CodeModel original, Map<InvokeDynamicEntry, Method> methods)
      implements CodeTransform {
    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      Method method =
          element instanceof InvokeDynamicInstruction call
              ? methods.get(call.invokedynamic())
              : null;
      if (method == null) builder.with(element);
      else
        builder.invokestatic(
            owner.thisClass().asSymbol(),
            method.name,
            method.type,
            owner.flags().has(AccessFlag.INTERFACE));
    }

    @Override
    public void atEnd(CodeBuilder builder) {
      original.findAttribute(Attributes.stackMapTable()).ifPresent(builder::with);
    }
  }

  /** What the JVM would link to the call, or null if that is left to it. */
  private static Consumer<CodeBuilder> body(ClassDesc owner, InvokeDynamicInstruction call) {
    List<ConstantDesc> arguments = call.bootstrapArgs();
    ClassDesc bootstrap = call.bootstrapMethod().owner();
    if (bootstrap.equals(RECORDS) && arguments.getFirst().equals(owner)) {
      List<Component> components = components(arguments);
      return switch (call.name().stringValue()) {
        case "equals" -> code -> equals(code, owner, components);
        case "hashCode" -> code -> hashCode(code, owner, components);
        case "toString" -> code -> toString(code, owner, components);
        default -> null;
      };
    }
    if (bootstrap.equals(SWITCHES)
        && call.bootstrapMethod().methodName().equals("typeSwitch")
        && !call.typeSymbol().parameterType(0).isPrimitive()
        && arguments.stream().allMatch(ClassDesc.class::isInstance))
      return code -> typeSwitch(code, arguments);
    return null;
  }

  /** A component of a record, and the field behind it. */
  private record Component(String name, String field, ClassDesc type) {}

  private static List<Component> components(List<ConstantDesc> arguments) {
    String[] names = ((String) arguments.get(1)).split(";");
    List<Component> components = new ArrayList<>();
    for (ConstantDesc argument : arguments.subList(2, arguments.size())) {
      DirectMethodHandleDesc getter = (DirectMethodHandleDesc) argument;
      if (getter.kind() != DirectMethodHandleDesc.Kind.GETTER)
        throw new IllegalArgumentException("expected the getter of a field, found " + getter);
      components.add(
          new Component(
              names[components.size()],
              getter.methodName(),
              ClassDesc.ofDescriptor(getter.lookupDescriptor())));
    }
    return components;
  }

  private static void equals(CodeBuilder code, ClassDesc owner, List<Component> components) {
    Label other = code.newLabel();
    Label different = code.newLabel();
    code.aload(0).aload(1).if_acmpne(other).iconst_1().ireturn().labelBinding(other);
    code.aload(1).instanceOf(owner).ifeq(different);
    for (Component component : components) {
      ClassDesc type = component.type;
      code.aload(0).getfield(owner, component.field, type);
      code.aload(1).checkcast(owner).getfield(owner, component.field, type);
      // As the wrappers compare, so that a NaN is equal to itself and -0.0 differs from 0.0.
      if (type.isPrimitive())
        code.invokestatic(wrapper(type), "compare", MethodTypeDesc.of(CD_int, type, type))
            .ifne(different);
      else
        code.invokestatic(OBJECTS, "equals", MethodTypeDesc.of(CD_boolean, CD_Object, CD_Object))
            .ifeq(different);
    }
    code.iconst_1().ireturn().labelBinding(different).iconst_0().ireturn();
  }

  private static void hashCode(CodeBuilder code, ClassDesc owner, List<Component> components) {
    code.iconst_0();
    for (Component component : components) {
      ClassDesc type = component.type.isPrimitive() ? component.type : CD_Object;
      code.bipush(31).imul();
      code.aload(0).getfield(owner, component.field, component.type);
      code.invokestatic(
          type.isPrimitive() ? wrapper(type) : OBJECTS,
          "hashCode",
          MethodTypeDesc.of(CD_int, type));
      code.iadd();
    }
    code.ireturn();
  }

  private static void toString(CodeBuilder code, ClassDesc owner, List<Component> components) {
    code.new_(BUILDER).dup().invokespecial(BUILDER, "<init>", MethodTypeDesc.ofDescriptor("()V"));
    code.loadConstant(owner)
        .invokevirtual(
            ClassDesc.of("java.lang.Class"), "getSimpleName", MethodTypeDesc.of(CD_String));
    append(code, CD_String);
    String before = "[";
    for (Component component : components) {
      code.loadConstant(before + component.name + "=");
      append(code, CD_String);
      code.aload(0).getfield(owner, component.field, component.type);
      append(
          code,
          switch (component.type.descriptorString()) {
            case "B", "S" -> CD_int;
            // Not as what it is: the characters of an array are not what it is written as.
            default -> component.type.isPrimitive() ? component.type : CD_Object;
          });
      before = ", ";
    }
    code.loadConstant(components.isEmpty() ? "[]" : "]");
    append(code, CD_String);
    code.invokevirtual(BUILDER, "toString", MethodTypeDesc.of(CD_String)).areturn();
  }

  private static void append(CodeBuilder code, ClassDesc type) {
    code.invokevirtual(BUILDER, "append", MethodTypeDesc.of(BUILDER, type));
  }

  /** The first label from {@code restart} on that fits, their number if none does, -1 for null. */
  private static void typeSwitch(CodeBuilder code, List<ConstantDesc> types) {
    Label present = code.newLabel();
    code.aload(0).ifnonnull(present).iconst_m1().ireturn().labelBinding(present);
    List<Label> labels =
        IntStream.rangeClosed(0, types.size()).mapToObj(_ -> code.newLabel()).toList();
    List<SwitchCase> cases =
        IntStream.range(0, types.size()).mapToObj(i -> SwitchCase.of(i, labels.get(i))).toList();
    // A switch that has no type but only null and the rest has no table.
    if (!cases.isEmpty()) code.iload(1).tableswitch(labels.getLast(), cases);
    for (int i = 0; i < types.size(); i++) {
      code.labelBinding(labels.get(i));
      code.aload(0).instanceOf((ClassDesc) types.get(i)).ifeq(labels.get(i + 1));
      code.loadConstant(i).ireturn();
    }
    code.labelBinding(labels.getLast()).loadConstant(types.size()).ireturn();
  }

  private static ClassDesc wrapper(ClassDesc primitive) {
    return ClassDesc.of(
        "java.lang",
        switch (primitive.descriptorString()) {
          case "Z" -> "Boolean";
          case "B" -> "Byte";
          case "S" -> "Short";
          case "C" -> "Character";
          case "I" -> "Integer";
          case "J" -> "Long";
          case "F" -> "Float";
          case "D" -> "Double";
          default -> throw new IllegalArgumentException(primitive.toString());
        });
  }
}
