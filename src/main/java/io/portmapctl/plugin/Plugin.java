package io.portmapctl.plugin;

import io.portmapctl.app.AddRequest;
import io.portmapctl.app.Apply;
import io.portmapctl.app.CheckMappings;
import io.portmapctl.app.CheckReadiness;
import io.portmapctl.app.CheckReport;
import io.portmapctl.app.DesiredMappings;
import io.portmapctl.app.DryRun;
import io.portmapctl.app.Failure;
import io.portmapctl.app.GcRequest;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.PlanRequest;
import io.portmapctl.app.RemoveRequest;
import io.portmapctl.app.Report;
import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Spelling;
import io.portmapctl.check.CheckNotice;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.ContainerEnvironment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.InputError;
import io.portmapctl.cni.InputException;
import io.portmapctl.cni.PluginInput;
import io.portmapctl.fault.HostFault;
import io.portmapctl.fault.PluginFault;
import io.portmapctl.host.live.LiveReader;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.view.PluginView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Does what a container runtime asks. */
public final class Plugin {
  /** The lock that serialises all changes of portmapctl. */
  public static final String LOCK_FILE = "/run/portmapctl.lock";

  /** How long it may take to get a lock: many containers may be started at once. */
  public static final int WAIT_SECONDS = 60;

  private static final Rulesets LIVE = live(Rulesets.Families.BOTH);

  /** A host by the variant of iptables that reads and changes it. */
  public interface Machine {
    /** The host. */
    LiveHost by(VariantChoice variant);
  }

  private final Machine machine;
  private final VariantChoice variant;
  private final LiveHost host;
  private final String lockFile;

  /**
   * On a host.
   *
   * @param lockFile the lock that serialises changes
   */
  public Plugin(Machine machine, String lockFile) {
    this(machine, VariantChoice.AUTO, lockFile);
  }

  private Plugin(Machine machine, VariantChoice variant, String lockFile) {
    this.machine = machine;
    this.variant = variant;
    this.host = machine.by(variant);
    this.lockFile = lockFile;
  }

  private static Rulesets live(Rulesets.Families families) {
    return new Rulesets("live", "", families, VariantChoice.AUTO);
  }

  /**
   * Does what is asked.
   *
   * @param environment the variables in which the runtime says what
   * @param input what it says on standard input
   */
  public Answer call(Map<String, String> environment, byte[] input) {
    if (environment.getOrDefault(Verb.COMMAND, "").isEmpty()) {
      return introduction();
    }
    List<String> log = new ArrayList<>();
    Optional<PluginInput> read = Optional.empty();
    try {
      Verb verb = verb(environment);
      if (verb == Verb.VERSION) {
        return new Answer(0, versions(input), log);
      }
      ContainerEnvironment container = container(verb, environment);
      PluginInput given = PluginInput.parse(input);
      read = Optional.of(given);
      String version = given.version();
      String network = given.network();
      if (!PluginInput.reaches(version, verb.since())) {
        throw wrong("cniVersion", new PluginFault.NotInVersion(verb.name(), version, verb.since()));
      }
      return new Answer(0, done(verb, given, network, container, log), log);
    } catch (PluginException e) {
      return failed(read, e.code(), e.message(), e.details(), log);
    } catch (InputException e) {
      return failed(read, e.errors(), log);
    } catch (Failure e) {
      return variant == VariantChoice.AUTO && isOfBothVariants(e)
          ? onBothVariants(environment, input)
          : failed(read, e.errors(), log);
    }
  }

  private static boolean isOfBothVariants(Failure failure) {
    return failure.errors().stream().anyMatch(e -> e.fault() == HostFault.Plain.BOTH_VARIANTS);
  }

  /**
   * Both variants of iptables hold chains of ours, and a runtime can name none. What comes is made
   * by the system's, as the other plugin makes it; what goes is taken from both.
   */
  private Answer onBothVariants(Map<String, String> environment, byte[] input) {
    boolean legacy =
        host.host()
            .find("iptables-save")
            .map(p -> LiveReader.isLegacy(host.host(), p))
            .orElse(false);
    VariantChoice other = legacy ? VariantChoice.NFT : VariantChoice.LEGACY;
    List<String> log = new ArrayList<>();
    Optional<Answer> failed = Optional.empty();
    if (Verb.of(environment.getOrDefault(Verb.COMMAND, "")).filter(Verb::removes).isPresent()) {
      Answer answer = new Plugin(machine, other, lockFile).call(environment, input);
      log.addAll(answer.log());
      failed = answer.exit() == 0 ? Optional.empty() : Optional.of(answer);
    }
    VariantChoice system = legacy ? VariantChoice.LEGACY : VariantChoice.NFT;
    Answer answer = new Plugin(machine, system, lockFile).call(environment, input);
    log.addAll(answer.log());
    Answer worse = failed.orElse(answer);
    return new Answer(worse.exit(), worse.out(), log);
  }

  private static Verb verb(Map<String, String> environment) throws PluginException {
    String name = environment.getOrDefault(Verb.COMMAND, "");
    Optional<Verb> verb = Verb.of(name);
    if (verb.isEmpty()) {
      throw wrong(Verb.COMMAND, new PluginFault.UnknownCommand(name, Verb.names()));
    }
    return verb.get();
  }

  /** The container's variables, where the verb needs them. */
  private static ContainerEnvironment container(Verb verb, Map<String, String> environment)
      throws PluginException {
    List<String> missing =
        verb.required().stream().filter(v -> environment.getOrDefault(v, "").isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw wrong("", new PluginFault.NotSet(missing));
    }
    ContainerEnvironment container =
        new ContainerEnvironment(
            environment.getOrDefault(Verb.CONTAINER, ""),
            environment.getOrDefault(Verb.INTERFACE, ""));
    List<InputError> errors =
        verb.required().contains(Verb.CONTAINER)
            ? container.errors(Verb.CONTAINER, Verb.INTERFACE)
            : List.of();
    if (!errors.isEmpty()) {
      throw new PluginException(ErrorCode.ENVIRONMENT, PluginView.message(errors), "");
    }
    return container;
  }

  private static String versions(byte[] input) {
    List<String> all = PluginInput.versions();
    Optional<String> asked = Optional.empty();
    try {
      asked = PluginInput.parse(input).knownVersion();
    } catch (InputException e) {
      // which versions there are is told to everybody
    }
    return PluginView.versions(asked.orElse(all.get(all.size() - 1)), all);
  }

  private String done(
      Verb verb,
      PluginInput input,
      String network,
      ContainerEnvironment container,
      List<String> log)
      throws PluginException, InputException, Failure {
    switch (verb) {
      case ADD -> {
        return add(input, container, log);
      }
      case DEL -> {
        Identity who = new Identity(network, container.containerId());
        apply(LIVE, removal(List.of(who)), Apply.Force.ALL, log);
      }
      case CHECK -> check(input, container, log);
      case GC -> collect(input.validAttachments(), network, log);
      case STATUS -> status();
      case VERSION -> throw new IllegalStateException(verb.name());
    }
    return "";
  }

  private String add(PluginInput input, ContainerEnvironment container, List<String> log)
      throws PluginException, InputException, Failure {
    DesiredMappings desired = desired(input, container);
    Apply.Force force = input.refusesConflicts() ? Apply.Force.NOTHING : Apply.Force.PORTS;
    // most containers publish nothing
    if (!desired.documents().attachments().get(0).mappings().isEmpty()) {
      apply(LIVE, new AddRequest("add", desired, LIVE.sources(), false), force, log);
    }
    return input.result() + "\n";
  }

  private DesiredMappings desired(PluginInput input, ContainerEnvironment container)
      throws InputException {
    Documents documents = input.attachment(container.containerId(), container.ifName());
    List<String> names = Layouts.all().stream().map(Layout::id).toList();
    Layout layout = input.layout(names).flatMap(Layouts::of).orElse(Layouts.MARK);
    return new DesiredMappings(
        documents, Optional.of(layout), families -> {}, new Spelling(host, LIVE));
  }

  private static RemoveRequest removal(List<Identity> owners) {
    List<Request> requests = new ArrayList<>();
    List<Report.Subject> subjects = new ArrayList<>();
    for (Identity owner : owners) {
      requests.add(new Request.Withdraw(owner));
      subjects.add(new Report.Subject(owner, "", Optional.empty()));
    }
    return new RemoveRequest(requests, subjects, LIVE.sources());
  }

  /** Makes a change, and logs what is worth knowing of it. */
  private Report apply(Rulesets rulesets, PlanRequest request, Apply.Force force, List<String> log)
      throws PluginException, Failure {
    DryRun planning = new DryRun(host, rulesets, Optional.empty(), List.of());
    Apply.How how =
        new Apply.How(false, force, WAIT_SECONDS, lockFile, Optional.empty(), Optional.empty());
    Apply.Result result = new Apply(planning, host, rulesets, how).run(request, Unattended.NOBODY);
    Report report = result.report();
    if (result.end() == Apply.End.REFUSED) {
      List<String> conflicts =
          report.plan().conflicts().stream()
              .filter(force::refuses)
              .map(PluginView::message)
              .distinct()
              .toList();
      throw new PluginException(ErrorCode.CONFLICT, conflicts.get(0), more(conflicts));
    }
    log(report.plan().conflicts(), log);
    log(report.notices(), log);
    return report;
  }

  private static void log(List<? extends Notice> notices, List<String> log) {
    Set<String> lines = new LinkedHashSet<>(log);
    notices.forEach(n -> lines.add(PluginView.line(n)));
    log.clear();
    log.addAll(lines);
  }

  private void check(PluginInput input, ContainerEnvironment container, List<String> log)
      throws PluginException, InputException, Failure {
    DesiredMappings desired = desired(input, container);
    CheckMappings.Result result =
        new CheckMappings(desired, attachment -> false, LIVE, Optional.empty(), false)
            .run(host, List.of(), Unattended.NOBODY);
    if (result.audit().ok()) {
      log(result.audit().notices(), log);
      return;
    }
    Attachment attachment = desired.documents().attachments().get(0);
    List<InputError> wrong =
        List.of(
            new InputError(
                "",
                new PluginFault.NotAsWanted(
                    attachment.identity().network(), attachment.identity().containerId())));
    CheckReport report = new CheckReport(result.audit(), result.report(), List.of(), List.of());
    throw new PluginException(
        ErrorCodes.of(wrong), PluginView.message(wrong), PluginView.details(report));
  }

  /**
   * Removes what nobody owns: all at once, or where that fails one by one, so that what can go
   * goes.
   */
  private void collect(Documents valid, String network, List<String> log)
      throws PluginException, Failure {
    List<InputError> errors = new ArrayList<>();
    for (Rulesets.Families family : List.of(Rulesets.Families.IPV4, Rulesets.Families.IPV6)) {
      Rulesets rulesets = live(family);
      GcRequest all =
          new GcRequest(
              new Owners(valid, attachment -> false),
              network::equals,
              rulesets.sources(),
              chain -> "portmapctl del --chain " + chain);
      try {
        apply(rulesets, all, Apply.Force.ALL, log);
      } catch (Failure e) {
        if (isOfBothVariants(e)) {
          throw e;
        }
        errors.addAll(oneByOne(rulesets, all, e, log));
      }
    }
    if (!errors.isEmpty()) {
      List<String> lines =
          errors.stream().map(e -> PluginView.message(List.of(e))).distinct().toList();
      throw new PluginException(ErrorCodes.of(errors), lines.get(0), more(lines));
    }
  }

  /** What is wrong with those that cannot go; what kept all from going, where none can be told. */
  private List<InputError> oneByOne(Rulesets rulesets, GcRequest all, Failure why, List<String> log)
      throws PluginException {
    List<InputError> errors = new ArrayList<>();
    Report planned;
    try {
      planned = new DryRun(host, rulesets, Optional.empty(), List.of()).plan(all);
    } catch (Failure e) {
      return e.errors();
    }
    for (Report.Subject orphan : planned.subjects()) {
      try {
        apply(rulesets, removal(List.of(orphan.identity())), Apply.Force.ALL, log);
      } catch (Failure e) {
        errors.addAll(e.errors());
      }
    }
    return planned.subjects().isEmpty() ? why.errors() : errors;
  }

  private void status() throws PluginException, Failure {
    List<CheckNotice> unreached;
    try {
      unreached = new CheckReadiness(LIVE, lockFile).run(host);
    } catch (Failure e) {
      if (isOfBothVariants(e)) {
        throw e;
      }
      throw new PluginException(ErrorCode.UNAVAILABLE, PluginView.message(e.errors()), "");
    }
    if (!unreached.isEmpty()) {
      List<String> lines = unreached.stream().map(PluginView::message).toList();
      throw new PluginException(ErrorCode.LIMITED, lines.get(0), more(lines));
    }
  }

  /** All of several, where there are several. */
  private static String more(List<String> lines) {
    return lines.size() > 1 ? String.join("\n", lines) : "";
  }

  private static PluginException wrong(String path, PluginFault fault) {
    List<InputError> errors = List.of(new InputError("", path, fault));
    return new PluginException(ErrorCodes.of(errors), PluginView.message(errors), "");
  }

  private static Answer failed(
      Optional<PluginInput> input, List<InputError> errors, List<String> log) {
    List<String> lines = errors.stream().map(e -> PluginView.message(List.of(e))).toList();
    return failed(input, ErrorCodes.of(errors), PluginView.message(errors), more(lines), log);
  }

  private static Answer failed(
      Optional<PluginInput> input,
      ErrorCode code,
      String message,
      String details,
      List<String> log) {
    List<String> all = PluginInput.versions();
    String version = input.flatMap(PluginInput::knownVersion).orElse(all.get(all.size() - 1));
    return new Answer(1, PluginView.error(version, code.number(), message, details), log);
  }

  /** The answer to who does not say what is wanted. */
  static Answer introduction() {
    return new Answer(0, "", PluginView.introduction(PluginInput.versions()));
  }

  /** The answer where the program itself has a defect. */
  static Answer defect(Throwable defect) {
    StringWriter trace = new StringWriter();
    defect.printStackTrace(new PrintWriter(trace));
    return failed(
        Optional.empty(), ErrorCode.DEFECT, PluginView.defect(defect), trace.toString(), List.of());
  }

  /** The answer where standard input could not be read. */
  static Answer unread(List<InputError> errors) {
    return failed(Optional.empty(), errors, List.of());
  }
}
