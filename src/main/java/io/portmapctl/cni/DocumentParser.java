package io.portmapctl.cni;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import io.portmapctl.text.Printable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One JSON document of any kind, with what the command line says in its place, to an attachment.
 */
final class DocumentParser {
  private static final List<String> VERSIONS =
      List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

  private final Overrides overrides;
  private final Documents.Need need;
  private final Cursor.Errors errors;
  private final List<String> warnings;

  DocumentParser(
      Overrides overrides, Documents.Need need, Cursor.Errors errors, List<String> warnings) {
    this.overrides = overrides;
    this.need = need;
    this.errors = errors;
    this.warnings = warnings;
  }

  /** Where in the document portmap's own configuration stands; known after it was read. */
  private String place = "";

  /** The JSON path of portmap's own configuration, empty for the whole document. */
  String place() {
    return place;
  }

  /** The parts of a document, wherever its kind keeps them. */
  private record Parts(
      Cursor config,
      Cursor plugin,
      Optional<String> name,
      Optional<String> version,
      Optional<String> containerId,
      Optional<String> ifName,
      Optional<Cursor> mappingsHolder,
      Optional<Cursor> prevResult,
      boolean cached,
      Optional<String> netns) {}

  /** A document that is of another kind than ours; not an error in a folder. */
  static final class OtherKindException extends Exception {
    private static final long serialVersionUID = 1L;

    OtherKindException(String message) {
      super(message);
    }
  }

  /**
   * Reads a document. Errors go to the collector; the result is empty then.
   *
   * @throws OtherKindException when the document is no portmap configuration at all
   */
  Optional<Attachment> parse(Json document) throws OtherKindException {
    int before = errors.list().size();
    if (need != Documents.Need.ALL) {
      Attachment owner = Attachment.of(ownerOf(document), netns(document));
      if (errors.list().size() > before) {
        return Optional.empty();
      }
      return need == Documents.Need.OWNER
          ? Optional.of(whole(document).orElse(owner))
          : Optional.of(owner);
    }
    Cursor root = new Cursor(document, "", errors);
    Optional<Parts> parts = parts(root);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    Attachment attachment = attachment(parts.get());
    return errors.list().size() > before ? Optional.empty() : Optional.of(attachment);
  }

  /**
   * Network and container; where only owners are asked for, a record of another plugin tells of one
   * that lives as well as ours.
   */
  private Identity ownerOf(Json document) throws OtherKindException {
    try {
      return identity(document, true);
    } catch (OtherKindException e) {
      int before = errors.list().size();
      if (need == Documents.Need.OWNER && document instanceof Json.Obj) {
        Identity owner = identity(document, false);
        if (errors.list().size() == before) {
          return owner;
        }
        errors.list().subList(before, errors.list().size()).clear();
      }
      throw e;
    }
  }

  /** The network namespace that a cache record names. */
  private Optional<String> netns(Json document) {
    Cursor root = new Cursor(document, "", new Cursor.Errors(errors.source(), new ArrayList<>()));
    return isCacheRecord(root) ? root.text("netns") : Optional.empty();
  }

  /** Everything of a document of which the owner alone must be right; empty where it is not. */
  private Optional<Attachment> whole(Json document) {
    Cursor.Errors unheard = new Cursor.Errors(errors.source(), new ArrayList<>());
    try {
      return new DocumentParser(overrides, Documents.Need.ALL, unheard, new ArrayList<>())
          .parse(document);
    } catch (OtherKindException e) {
      return Optional.empty();
    }
  }

  /** The attachment that the command line alone describes. */
  Optional<Attachment> byHand() {
    if (need != Documents.Need.ALL) {
      String id = overrides.containerId().or(overrides::fallbackContainerId).orElse("");
      return Optional.of(
          Attachment.of(new Identity(overrides.network().orElse(""), id), Optional.empty()));
    }
    Cursor root = new Cursor(new Json.Obj(List.of()), "", errors);
    int before = errors.list().size();
    Optional<String> none = Optional.empty();
    Attachment attachment =
        attachment(
            new Parts(
                root,
                root,
                none,
                none,
                none,
                none,
                Optional.empty(),
                Optional.empty(),
                false,
                none));
    return errors.list().size() > before ? Optional.empty() : Optional.of(attachment);
  }

  /** Network name and container ID, whatever else is wrong with a document. */
  private Identity identity(Json document, boolean onlyOurs) throws OtherKindException {
    Cursor root = new Cursor(document, "", new Cursor.Errors(errors.source(), new ArrayList<>()));
    if (!(document instanceof Json.Obj)) {
      throw new OtherKindException("expected a JSON object, found " + document.shown());
    }
    Cursor config = root;
    List<Cursor> names = new ArrayList<>();
    String idField = "containerID";
    if (isCacheRecord(root)) {
      idField = "containerId";
      config = decoded(root).orElse(new Cursor(new Json.Obj(List.of()), "config", root.errors()));
      root.field("networkName").ifPresent(names::add);
      if (onlyOurs && config.value() instanceof Json.Obj object && !object.fields().isEmpty()) {
        requireOurs(config);
      }
    } else {
      config = root.object("config").orElse(root);
      if (onlyOurs) {
        requireOurs(config);
      }
    }
    config.field("name").ifPresent(names::add);
    Optional<Cursor> id = root.field(idField);
    return new Identity(
        required(overrides.network(), names.stream().findFirst(), "name", "network name"),
        required(
            overrides.containerId(),
            id,
            overrides.fallbackContainerId(),
            "containerID",
            "container ID"));
  }

  private String required(
      Optional<String> option, Optional<Cursor> document, String path, String what) {
    return required(option, document, Optional.empty(), path, what);
  }

  private String required(
      Optional<String> option,
      Optional<Cursor> document,
      Optional<String> fallback,
      String path,
      String what) {
    if (option.isPresent()) {
      return option.get();
    }
    if (document.isPresent() && document.get().value() instanceof Json.Text text) {
      return text.value().isEmpty() ? fallback.orElse("") : text.value();
    }
    if (document.isEmpty() && fallback.isPresent()) {
      return fallback.get();
    }
    errors.add(
        document.map(Cursor::path).orElse(path),
        document
            .map(d -> "expected a string, found " + d.value().shown())
            .orElseGet(() -> missing(what)));
    return "";
  }

  private String missing(String what) {
    String option = what.equals("network name") ? "--net" : "--container-id";
    String instead = need == Documents.Need.OWNER ? "" : " (or give " + option + ")";
    return "missing: the " + what + instead;
  }

  private static boolean isCacheRecord(Cursor root) {
    return root.field("kind")
        .map(Cursor::value)
        .filter(new Json.Text("cniCacheV1")::equals)
        .isPresent();
  }

  /** The configuration in a cache record, if it can be told. */
  private static Optional<Cursor> decoded(Cursor root) {
    try {
      byte[] bytes =
          Base64.getDecoder()
              .decode(root.text("config").orElse("").getBytes(StandardCharsets.UTF_8));
      List<Json> inner = Json.parseAll(bytes);
      return inner.size() == 1
          ? Optional.of(new Cursor(inner.get(0), "config", root.errors()))
          : Optional.empty();
    } catch (IllegalArgumentException | com.fasterxml.jackson.core.JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** Whether a configuration is portmap's; one whose type is no string may be. */
  private void requireOurs(Cursor config) throws OtherKindException {
    Optional<Cursor> plugins = config.field("plugins");
    Optional<Cursor> type = config.field("type");
    if (plugins.isPresent() && plugins.get().value() instanceof Json.Array) {
      boolean ours = config.items("plugins").stream().anyMatch(this::isOurs);
      if (!ours) {
        throw withoutOurPlugin();
      }
    } else if (plugins.isEmpty() && type.isEmpty()) {
      throw noConfiguration();
    } else if (type.isPresent() && type.get().value() instanceof Json.Text text) {
      requireOurType(text.value());
    }
  }

  private boolean isOurs(Cursor plugin) {
    return plugin
        .field("type")
        .map(Cursor::value)
        .filter(new Json.Text(overrides.pluginType())::equals)
        .isPresent();
  }

  private void requireOurType(String type) throws OtherKindException {
    if (!type.equals(overrides.pluginType())) {
      throw new OtherKindException(
          "a configuration of plugin "
              + Printable.quoted(type)
              + ", not of "
              + Printable.quoted(overrides.pluginType()));
    }
  }

  private OtherKindException withoutOurPlugin() {
    return new OtherKindException(
        "a configuration list without a plugin of type "
            + Printable.quoted(overrides.pluginType()));
  }

  private static OtherKindException noConfiguration() {
    return new OtherKindException(
        "not a network configuration: it has none of \"type\", \"plugins\", and \"config\" with"
            + " \"containerID\"");
  }

  private Optional<Parts> parts(Cursor root) throws OtherKindException {
    if (!(root.value() instanceof Json.Obj)) {
      throw new OtherKindException("expected a JSON object, found " + root.value().shown());
    }
    if (isCacheRecord(root)) {
      return cacheRecord(root);
    }
    boolean wrapped =
        root.field("config").filter(c -> c.value() instanceof Json.Obj).isPresent()
            && root.field("containerID").isPresent();
    if (wrapped) {
      Optional<String> id = containerId(root, "containerID");
      Optional<String> ifName = ifName(root);
      Optional<Cursor> config = root.object("config");
      return config.isEmpty() ? Optional.empty() : config(config.get(), id, ifName);
    }
    return config(root, Optional.empty(), Optional.empty());
  }

  private Optional<Parts> cacheRecord(Cursor root) throws OtherKindException {
    if (root.field("config").isEmpty()) {
      errors.add("config", "missing: a cache record holds its configuration in base64");
    }
    Optional<String> encoded = root.text("config");
    if (encoded.isEmpty()) {
      return Optional.empty();
    }
    Cursor config;
    try {
      byte[] bytes = Base64.getDecoder().decode(encoded.get().getBytes(StandardCharsets.UTF_8));
      List<Json> inner = Json.parseAll(bytes);
      if (inner.size() != 1) {
        errors.add("config", "expected one JSON document, found " + inner.size());
        return Optional.empty();
      }
      config = new Cursor(inner.get(0), "config", errors);
    } catch (IllegalArgumentException e) {
      errors.add("config", "not base64");
      return Optional.empty();
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      errors.add("config", "not JSON: " + Documents.jsonMessage(e));
      return Optional.empty();
    }
    Optional<Parts> configured = config(config, containerId(root, "containerId"), ifName(root));
    if (configured.isEmpty()) {
      return Optional.empty();
    }
    Parts inner = configured.get();
    Optional<Cursor> capabilities =
        overrides.mappings().isEmpty() ? root.object("capabilityArgs") : Optional.empty();
    Optional<Cursor> result =
        overrides.addresses().isEmpty() ? root.object("result") : Optional.empty();
    Optional<String> network =
        overrides.network().isPresent() ? Optional.empty() : root.text("networkName");
    return Optional.of(
        new Parts(
            inner.config,
            inner.plugin,
            network.isPresent() ? network : inner.name,
            inner.version,
            inner.containerId,
            inner.ifName,
            capabilities,
            result,
            true,
            root.text("netns")));
  }

  private Optional<Parts> config(Cursor config, Optional<String> id, Optional<String> ifName)
      throws OtherKindException {
    requireOurs(config);
    if (config.field("plugins").isEmpty()) {
      if (config.text("type").isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new Parts(
              config,
              config,
              name(config),
              config.text("cniVersion"),
              id,
              ifName,
              mappingsHolder(config),
              previous(config),
              false,
              Optional.empty()));
    }
    if (!(config.field("plugins").get().value() instanceof Json.Array)) {
      config.items("plugins");
      return Optional.empty();
    }
    for (Cursor plugin : config.items("plugins")) {
      if (isOurs(plugin)) {
        warnAboutCapability(config, plugin);
        Optional<Cursor> runtime = mappingsHolder(plugin);
        Optional<Cursor> previous = previous(plugin);
        return Optional.of(
            new Parts(
                config,
                plugin,
                name(config),
                config.text("cniVersion"),
                id,
                ifName,
                runtime.isPresent() ? runtime : mappingsHolder(config),
                previous.isPresent() ? previous : previous(config),
                false,
                Optional.empty()));
      }
    }
    throw withoutOurPlugin();
  }

  // what an option replaces is not read at all: it may be wrong in the document

  private Optional<String> name(Cursor config) {
    return overrides.network().isPresent() ? Optional.empty() : config.text("name");
  }

  private Optional<String> containerId(Cursor holder, String field) {
    return overrides.containerId().isPresent() ? Optional.empty() : holder.text(field);
  }

  private Optional<String> ifName(Cursor holder) {
    return overrides.ifName().isPresent() ? Optional.empty() : holder.text("ifName");
  }

  private Optional<Cursor> mappingsHolder(Cursor holder) {
    return overrides.mappings().isEmpty() ? holder.object("runtimeConfig") : Optional.empty();
  }

  private Optional<Cursor> previous(Cursor holder) {
    return overrides.addresses().isEmpty() ? holder.object("prevResult") : Optional.empty();
  }

  private void warnAboutCapability(Cursor list, Cursor plugin) {
    Optional<Cursor> capabilities =
        plugin.field("capabilities").filter(c -> c.value() instanceof Json.Obj);
    boolean asked =
        capabilities
            .flatMap(c -> c.field("portMappings"))
            .map(Cursor::value)
            .filter(new Json.Bool(true)::equals)
            .isPresent();
    if (!asked) {
      warnings.add(
          errors.source()
              + ": "
              + plugin.path()
              + " of "
              + Printable.quoted(list.text("name").orElse(""))
              + " does not ask for \"capabilities\": {\"portMappings\": true}; a runtime would pass"
              + " it no mappings");
    }
  }

  private Attachment attachment(Parts parts) {
    Cursor plugin = parts.plugin;
    place = plugin.path();
    String network = overrides.network().or(() -> parts.name).orElse("");
    String containerId =
        overrides
            .containerId()
            .or(() -> parts.containerId)
            .or(overrides::fallbackContainerId)
            .orElse("");
    identity(network, at(parts.config, "name"), "network name");
    identity(containerId, "containerID", "container ID");
    String ifName =
        overrides.ifName().or(() -> parts.ifName).or(overrides::fallbackIfName).orElse("eth0");
    Names.networkInterface(ifName).ifPresent(m -> errors.add("ifName", m));
    String version = version(parts);
    backend(plugin);
    List<PortMapping> mappings =
        overrides.mappings().isEmpty() ? mappings(parts.mappingsHolder) : overrides.mappings();
    boolean snat = plugin.bool("snat").orElse(true) && !overrides.noSnat();
    List<String> v4 = conditions(plugin, Family.IPV4, overrides.conditionsV4());
    List<String> v6 = conditions(plugin, Family.IPV6, overrides.conditionsV6());
    OptionalInt bit = overrides.markBit();
    Optional<String> chain = overrides.setMarkChain();
    if (bit.isEmpty() && chain.isEmpty()) {
      Optional<Integer> given = plugin.field("markMasqBit").flatMap(c -> c.number(0, 31));
      bit = given.isPresent() ? OptionalInt.of(given.get()) : bit;
      chain = plugin.text("externalSetMarkChain").filter(c -> !c.isEmpty());
      if (plugin.field("markMasqBit").isPresent() && chain.isPresent()) {
        errors.add(at(plugin, "markMasqBit"), "not together with externalSetMarkChain");
      }
      chain
          .filter(c -> !c.matches("[!-,.-~][!-~]{0,27}"))
          .ifPresent(
              c ->
                  errors.add(
                      at(plugin, "externalSetMarkChain"),
                      "found "
                          + Printable.quoted(c)
                          + ", expected a chain name of 1 to 28 characters"));
    }
    boolean masqAll = plugin.bool("masqAll").orElse(false) || overrides.masqAll();
    return new Attachment(
        new Identity(network, containerId),
        ifName,
        version,
        mappings,
        snat,
        v4,
        v6,
        bit,
        chain,
        masqAll,
        addresses(parts, version, ifName),
        parts.cached,
        parts.netns);
  }

  /** A name that is missing, or not of the specification's form; a wrong type was said already. */
  private void identity(String value, String path, String what) {
    if (!value.isEmpty()) {
      Names.cni(what, value).ifPresent(m -> errors.add(path, m));
    } else if (errors.list().stream().noneMatch(e -> e.path().equals(path))) {
      errors.add(path, missing(what));
    }
  }

  private static String at(Cursor holder, String field) {
    return holder.path().isEmpty() ? field : holder.path() + "." + field;
  }

  private String version(Parts parts) {
    String version = parts.version.orElse("");
    if (!version.isEmpty() && !VERSIONS.contains(version)) {
      errors.add(
          at(parts.config, "cniVersion"),
          "found "
              + Printable.quoted(version)
              + ", expected one of "
              + String.join(", ", VERSIONS));
    }
    return version;
  }

  private void backend(Cursor plugin) {
    plugin
        .text("backend")
        .filter(b -> !b.isEmpty() && !b.equals("iptables"))
        .ifPresent(
            b ->
                errors.add(
                    at(plugin, "backend"),
                    "found " + Printable.quoted(b) + ", expected \"iptables\""));
  }

  private static List<String> conditions(Cursor plugin, Family family, List<String> override) {
    String name = family == Family.IPV4 ? "conditionsV4" : "conditionsV6";
    List<Cursor> words = plugin.items(name);
    if (!override.isEmpty()) {
      Json.Array given =
          new Json.Array(override.stream().map(w -> (Json) new Json.Text(w)).toList());
      Cursor holder =
          new Cursor(new Json.Obj(List.of(new Json.Field(name, given))), "", plugin.errors());
      words = holder.items(name);
    }
    Conditions.check(words, family);
    List<String> out = new ArrayList<>();
    for (Cursor word : words) {
      if (word.value() instanceof Json.Text text) {
        out.add(
            new String(text.value().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
      }
    }
    return List.copyOf(out);
  }

  private static List<PortMapping> mappings(Optional<Cursor> holder) {
    List<PortMapping> mappings = new ArrayList<>();
    List<Cursor> items = holder.map(h -> h.items("portMappings")).orElse(List.of());
    for (Cursor item : items) {
      if (!(item.value() instanceof Json.Obj)) {
        item.wrongType("an object");
        continue;
      }
      Optional<Integer> hostPort = port(item, "hostPort");
      Optional<Integer> containerPort = port(item, "containerPort");
      Optional<Protocol> protocol = protocol(item);
      Optional<IpAddress> hostIp = hostIp(item);
      if (hostPort.isPresent() && containerPort.isPresent() && protocol.isPresent()) {
        mappings.add(new PortMapping(hostPort.get(), containerPort.get(), protocol.get(), hostIp));
      }
    }
    return List.copyOf(mappings);
  }

  private static Optional<Integer> port(Cursor item, String name) {
    Optional<Cursor> field = item.field(name);
    if (field.isEmpty()) {
      item.errors()
          .add(item.path() + "." + name, "missing: expected a whole number from 1 to 65535");
      return Optional.empty();
    }
    return field.get().number(1, 65535);
  }

  private static Optional<Protocol> protocol(Cursor item) {
    Optional<Cursor> field = item.field("protocol");
    if (field.isEmpty()) {
      return Optional.of(Protocol.TCP);
    }
    Optional<String> text = field.get().text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Protocol> protocol = Protocol.parse(text.get());
    if (protocol.isEmpty()) {
      field.get().wrongType("\"tcp\", \"udp\" or \"sctp\"");
    }
    return protocol;
  }

  private static Optional<IpAddress> hostIp(Cursor item) {
    Optional<Cursor> field = item.field("hostIP");
    Optional<String> text = field.flatMap(Cursor::text).filter(t -> !t.isEmpty());
    if (field.isEmpty() || text.isEmpty()) {
      return Optional.empty();
    }
    Optional<IpAddress> address = IpAddress.parse(text.get());
    if (address.isEmpty()) {
      field.get().wrongType("an address literal, as 192.0.2.10 or 2001:db8::10");
    }
    return address;
  }

  private List<Cidr> addresses(Parts parts, String version, String ifName) {
    Optional<Cursor> previous = parts.prevResult;
    if (!overrides.addresses().isEmpty()) {
      return overrides.addresses();
    }
    if (previous.isEmpty()) {
      boolean wrongType =
          errors.list().stream()
              .anyMatch(e -> e.path().endsWith("prevResult") || e.path().equals("result"));
      if (!wrongType) {
        errors.add(
            parts.cached ? "result" : at(parts.config, "prevResult"),
            "missing: portmap learns the container's address from the plugin before it (or give"
                + " --ip ADDRESS/PREFIX)");
      }
      return List.of();
    }
    Cursor result = previous.get();
    String own = result.text("cniVersion").orElse("");
    if (!own.isEmpty() && !VERSIONS.contains(own)) {
      errors.add(
          result.path() + ".cniVersion",
          "found " + Printable.quoted(own) + ", expected one of " + String.join(", ", VERSIONS));
      return List.of();
    }
    int generation = generation(own.isEmpty() ? version : own);
    boolean versionKnown =
        errors.list().stream().noneMatch(e -> e.path().equals(at(parts.config, "cniVersion")));
    if (versionKnown && generation != generation(version)) {
      errors.add(
          result.path() + ".cniVersion",
          "found "
              + Printable.quoted(own)
              + ", of another generation than the configuration's "
              + Printable.quoted(version));
      return List.of();
    }
    List<Cidr> found = new ArrayList<>();
    if (generation == 1) {
      for (String name : List.of("ip4", "ip6")) {
        Optional<Cursor> ip = result.object(name);
        ip.ifPresent(i -> address(i, "ip").ifPresent(found::add));
      }
      return found;
    }
    List<Cursor> interfaces = result.items("interfaces");
    for (Cursor ip : result.items("ips")) {
      if (!(ip.value() instanceof Json.Obj)) {
        ip.wrongType("an object");
        continue;
      }
      Optional<Cidr> address = address(ip, "address");
      if (belongsElsewhere(ip, interfaces, ifName) || address.isEmpty()) {
        continue;
      }
      Family family = address.get().address().family();
      if (found.stream().noneMatch(a -> a.address().family() == family)) {
        found.add(address.get());
      }
    }
    return List.copyOf(found);
  }

  /** 1 to 3: which shape a prevResult of that version has. */
  private static int generation(String version) {
    if (version.isEmpty() || version.startsWith("0.1") || version.startsWith("0.2")) {
      return 1;
    }
    return version.startsWith("0.") ? 2 : 3;
  }

  private static boolean belongsElsewhere(Cursor ip, List<Cursor> interfaces, String ifName) {
    Optional<Cursor> index = ip.field("interface");
    if (index.isEmpty()) {
      return false;
    }
    Optional<Integer> number = index.get().index(interfaces.size());
    if (number.isEmpty()) {
      return false;
    }
    Cursor entry = interfaces.get(number.get());
    String name = entry.text("name").orElse("");
    String sandbox = entry.text("sandbox").orElse("");
    return !name.equals(ifName) || sandbox.isEmpty();
  }

  private static Optional<Cidr> address(Cursor holder, String name) {
    Optional<Cursor> field = holder.field(name);
    if (field.isEmpty()) {
      holder.errors().add(holder.path() + "." + name, "missing: expected ADDRESS/PREFIX");
      return Optional.empty();
    }
    Optional<String> text = field.get().text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Cidr> cidr = text.get().indexOf('/') < 0 ? Optional.empty() : Cidr.parse(text.get());
    if (cidr.isEmpty()) {
      field.get().wrongType("ADDRESS/PREFIX");
    }
    return cidr;
  }
}
