package io.portmapctl.plugin;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a runtime may ask of a plugin. */
enum Verb {
  /** Publish a container's ports. */
  ADD("0.1.0", Verb.CONTAINER, Verb.NETNS, Verb.INTERFACE),
  /** Take them back. */
  DEL("0.1.0", Verb.CONTAINER, Verb.INTERFACE),
  /** Are they as they should be? */
  CHECK("0.4.0", Verb.CONTAINER, Verb.NETNS, Verb.INTERFACE),
  /** Take back what no attachment of the network owns. */
  GC("1.1.0", Verb.PATH),
  /** Could a container be added? */
  STATUS("1.1.0"),
  /** Which versions of the protocol are understood? */
  VERSION("0.1.0");

  /** The variable that says the verb. */
  static final String COMMAND = "CNI_COMMAND";

  /** The variable that says the container's ID. */
  static final String CONTAINER = "CNI_CONTAINERID";

  /** The variable that says the interface inside the container. */
  static final String INTERFACE = "CNI_IFNAME";

  private static final String NETNS = "CNI_NETNS";
  private static final String PATH = "CNI_PATH";

  private final String since;
  private final String required;

  Verb(String since, String... required) {
    this.since = since;
    this.required = String.join(" ", required);
  }

  /** The verb of that name. */
  static Optional<Verb> of(String name) {
    return Arrays.stream(values()).filter(v -> v.name().equals(name)).findFirst();
  }

  /** The names of all. */
  static List<String> names() {
    return Arrays.stream(values()).map(Verb::name).toList();
  }

  /** Whether it takes mappings away. */
  boolean removes() {
    return this == DEL || this == GC;
  }

  /** The first version of the protocol that has it. */
  String since() {
    return since;
  }

  /** The variables of the environment that it needs, beside the one that says it. */
  List<String> required() {
    return required.isEmpty() ? List.of() : List.of(required.split(" "));
  }
}
