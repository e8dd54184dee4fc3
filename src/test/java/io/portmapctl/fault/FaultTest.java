package io.portmapctl.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Codes;
import io.portmapctl.view.FaultText;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every kind of fault, with each of its enumerated values, has a code and a sentence. */
@Tag("fast")
class FaultTest {

  @Test
  void everyKindHasACodeAndASentence() throws Exception {
    List<Fault> faults = faults(Fault.class);
    assertThat(faults).hasSizeGreaterThan(100);
    for (Fault fault : faults) {
      assertThat(fault.code()).as("%s", fault).matches("[a-z0-9]+(-[a-z0-9]+)*");
      assertThat(FaultText.of(fault)).as("%s", fault).isNotBlank();
    }
    assertThat(faults.stream().map(Fault::code).distinct())
        .as("the errors of " + Codes.FILE)
        .containsExactlyInAnyOrderElementsOf(Codes.of("error").keySet());
  }

  private static List<Fault> faults(Class<?> kind) throws Exception {
    List<Fault> all = new ArrayList<>();
    if (kind.isSealed()) {
      for (Class<?> one : kind.getPermittedSubclasses()) {
        all.addAll(faults(one));
      }
    } else if (kind.isEnum()) {
      for (Object constant : kind.getEnumConstants()) {
        all.add((Fault) constant);
      }
    } else {
      for (Object fault : records(kind)) {
        all.add((Fault) fault);
      }
    }
    return all;
  }

  /** Records of a class: every combination of what its components may be, one of each for text. */
  private static List<Object> records(Class<?> type) throws Exception {
    RecordComponent[] components = type.getRecordComponents();
    List<List<Object>> combinations = new ArrayList<>(List.of(List.of()));
    for (RecordComponent component : components) {
      List<List<Object>> longer = new ArrayList<>();
      for (List<Object> combination : combinations) {
        for (Object value : values(component.getType())) {
          List<Object> more = new ArrayList<>(combination);
          more.add(value);
          longer.add(more);
        }
      }
      combinations = longer;
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    List<Object> records = new ArrayList<>();
    for (List<Object> combination : combinations) {
      records.add(type.getDeclaredConstructor(types).newInstance(combination.toArray()));
    }
    return records;
  }

  private static List<?> values(Class<?> type) throws Exception {
    if (type.isEnum()) {
      return Arrays.asList(type.getEnumConstants());
    }
    if (type == boolean.class) {
      return List.of(true, false);
    }
    if (type == int.class) {
      return List.of(7);
    }
    if (type == long.class) {
      return List.of(7L);
    }
    if (type == String.class) {
      return List.of("x");
    }
    if (type == List.class) {
      return List.of(List.of());
    }
    if (type == OptionalInt.class) {
      return List.of(OptionalInt.of(7), OptionalInt.empty());
    }
    if (type == Optional.class) {
      return List.of(Optional.empty());
    }
    if (type == HostFault.class) {
      return List.of(HostFault.Plain.LOCKED);
    }
    return type == RulesetFault.class ? faults(type) : records(type);
  }
}
