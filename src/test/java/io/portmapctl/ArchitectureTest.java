package io.portmapctl;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Target;
import io.portmapctl.testing.ClassConstants;
import java.io.FileOutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table in CONTRIBUTING.md, held to the code. */
@AnalyzeClasses(packages = "io.portmapctl", importOptions = ImportOption.DoNotIncludeTests.class)
@ArchTag("fast")
class ArchitectureTest {

  @ArchTest
  static final ArchRule layers =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("text")
          .definedBy("io.portmapctl.text")
          .layer("notice")
          .definedBy("io.portmapctl.notice")
          .layer("net")
          .definedBy("io.portmapctl.net")
          .layer("file")
          .definedBy("io.portmapctl.file")
          .layer("ruleset")
          .definedBy("io.portmapctl.ruleset")
          .layer("iptables")
          .definedBy("io.portmapctl.ruleset.iptables")
          .layer("nft")
          .definedBy("io.portmapctl.ruleset.nft")
          .layer("cni")
          .definedBy("io.portmapctl.cni")
          .layer("portmap")
          .definedBy("io.portmapctl.portmap")
          .layer("packet")
          .definedBy("io.portmapctl.packet")
          .layer("trace")
          .definedBy("io.portmapctl.trace")
          .layer("route")
          .definedBy("io.portmapctl.route")
          .layer("path")
          .definedBy("io.portmapctl.path..")
          .layer("plan")
          .definedBy("io.portmapctl.plan")
          .layer("host")
          .definedBy("io.portmapctl.host..")
          .layer("saved")
          .definedBy("io.portmapctl.saved")
          .layer("check")
          .definedBy("io.portmapctl.check")
          .layer("explain")
          .definedBy("io.portmapctl.explain")
          .layer("app")
          .definedBy("io.portmapctl.app")
          .layer("view")
          .definedBy("io.portmapctl.view")
          .layer("cli")
          .definedBy("io.portmapctl.cli")
          .layer("completion")
          .definedBy("io.portmapctl.cli.completion")
          .layer("shell")
          .definedBy("io.portmapctl.shell")
          .layer("plugin")
          .definedBy("io.portmapctl.plugin")
          .layer("start")
          .definedBy("io.portmapctl")
          .whereLayer("file")
          .mayOnlyBeAccessedByLayers("app", "cli", "shell")
          .whereLayer("iptables")
          .mayOnlyBeAccessedByLayers("portmap", "host", "cli", "app")
          .whereLayer("nft")
          .mayOnlyBeAccessedByLayers("path", "host", "app")
          .whereLayer("cni")
          .mayOnlyBeAccessedByLayers(
              "portmap", "plan", "host", "check", "explain", "view", "cli", "app", "plugin")
          .whereLayer("portmap")
          .mayOnlyBeAccessedByLayers(
              "plan", "host", "check", "explain", "view", "cli", "app", "plugin")
          .whereLayer("packet")
          .mayOnlyBeAccessedByLayers(
              "trace", "route", "path", "portmap", "check", "explain", "view", "cli")
          .whereLayer("trace")
          .mayOnlyBeAccessedByLayers("path", "portmap", "check", "explain", "view", "cli", "app")
          .whereLayer("route")
          .mayOnlyBeAccessedByLayers("path", "check", "explain", "host", "app", "view", "cli")
          .whereLayer("path")
          .mayOnlyBeAccessedByLayers("check", "explain", "view", "app")
          .whereLayer("plan")
          .mayOnlyBeAccessedByLayers(
              "host", "check", "explain", "view", "cli", "app", "plugin", "saved")
          .whereLayer("host")
          .mayOnlyBeAccessedByLayers("view", "cli", "app", "plugin", "saved")
          .whereLayer("saved")
          .mayOnlyBeAccessedByLayers("view", "cli", "app")
          .whereLayer("check")
          .mayOnlyBeAccessedByLayers("view", "cli", "app", "plugin")
          .whereLayer("explain")
          .mayOnlyBeAccessedByLayers("view", "cli", "app")
          .whereLayer("app")
          .mayOnlyBeAccessedByLayers("view", "cli", "plugin")
          .whereLayer("view")
          .mayOnlyBeAccessedByLayers("cli", "plugin")
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("shell", "start")
          .whereLayer("plugin")
          .mayOnlyBeAccessedByLayers("start")
          .whereLayer("completion")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("shell")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("start")
          .mayNotBeAccessedByAnyLayer();

  /** What everybody uses knows nothing of who uses it. */
  @ArchTest
  static final ArchRule foundations =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.portmapctl.text",
              "io.portmapctl.notice",
              "io.portmapctl.net",
              "io.portmapctl.fault",
              "io.portmapctl.file")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.portmapctl.ruleset..",
              "io.portmapctl.cni",
              "io.portmapctl.portmap",
              "io.portmapctl.packet",
              "io.portmapctl.trace",
              "io.portmapctl.plan");

  /** Commands translate; planning, checking, listing, explaining and changing are use cases. */
  @ArchTest
  static final ArchRule noUseCasesInCli =
      noClasses()
          .that()
          .resideInAnyPackage("..cli..", "..shell..", "..plugin")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              ".*\\.(plan\\.(Planner|Plans)|check\\.(Inventory|Interceptors|Shadows|Orphans)"
                  + "|explain\\.Explainer|trace\\.\\w*Tracer|host\\.(Applier|Backend|Kernel)"
                  + "|host\\.live\\.(IptablesBackend|LinuxKernel|Rehearsal|Forwarding)"
                  + "|host\\.snapshot\\.Recorder)");

  /** What is of a container, and how that is known, only its layout says. */
  @ArchTest
  static final ArchRule namesOfChainsOnlyInPortmap =
      noClasses()
          .that()
          .resideOutsideOfPackage("..portmap")
          .should()
          .dependOnClassesThat()
          .haveSimpleName("ChainNames");

  /** The same of names that the compiler has copied; a person is told what to type. */
  @Test
  void namesOfChainsAreWrittenOnlyInPortmap() throws Exception {
    Map<String, List<String>> found = ClassConstants.ofMainCode();
    found.keySet().removeIf(type -> type.startsWith("portmap.") || type.equals("cli.DelCommand"));
    found.values().removeIf(strings -> strings.stream().noneMatch(s -> s.contains("CNI-")));
    assertThat(found).isEmpty();
  }

  /** What a match or a target means is asked of its type; its words are for parser and printer. */
  @ArchTest
  static final ArchRule wordsOfRulesOnlyInParserAndPrinter =
      noClasses()
          .that()
          .resideOutsideOfPackage("..ruleset..")
          .should()
          .callMethod(Match.Unknown.class, "words")
          .orShould()
          .callMethod(Target.Unknown.class, "options")
          .orShould()
          .callMethod(Target.GoesOn.class, "options")
          .orShould()
          .callMethod(Match.Recent.class, "options")
          .orShould()
          .callMethod(Target.Ct.class, "options");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.portmapctl.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule picocliOnlyInCli =
      noClasses()
          .that()
          .resideOutsideOfPackages("..cli..", "..shell..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule jlineOnlyInTheShell =
      noClasses()
          .that()
          .resideOutsideOfPackage("..shell..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jline..");

  /** A script starts without JLine: what it uses knows nothing of it. */
  @ArchTest
  static final ArchRule scriptsWithoutJline =
      noClasses()
          .that()
          .resideInAPackage("..shell..")
          .and()
          .haveNameNotMatching(".*\\.(Keyboard|Line[A-Z].*)")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jline..");

  @ArchTest
  static final ArchRule jacksonOnlyWhereJsonIs =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "..cni..",
              "..view..",
              "..host.snapshot..",
              "..host.nft..",
              "..host.route..",
              "..ruleset.nft..",
              "..saved..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml..");

  @ArchTest
  static final ArchRule processesOnlyInOnePlace =
      noClasses()
          .that()
          .doNotHaveSimpleName("ProcessExec")
          .and()
          .doNotHaveSimpleName("Termination")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ProcessBuilder.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Runtime.class);

  @ArchTest
  static final ArchRule streamsAndExitOnlyInMain =
      noClasses()
          .that()
          .doNotHaveSimpleName("Portmapctl")
          .and()
          .doNotHaveFullyQualifiedName("io.portmapctl.plugin.Portmap")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .accessField(System.class, "in")
          .orShould()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  /** Files are written in one way; settings of the kernel are none. */
  @ArchTest
  static final ArchRule filesAreWrittenInOneRoom =
      noClasses()
          .that()
          .resideOutsideOfPackage("..file..")
          .and()
          .doNotHaveFullyQualifiedName("io.portmapctl.host.Exec")
          .and()
          .doNotHaveSimpleName("Portmapctl")
          .and()
          .doNotHaveFullyQualifiedName("io.portmapctl.plugin.Portmap")
          .should()
          .callMethodWhere(
              target(owner(type(Files.class)))
                  .and(
                      target(
                          nameMatching(
                              "write.*|new.*(Writer|OutputStream|ByteChannel)|create.*|copy|move|delete.*|set.*"))))
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(FileOutputStream.class)
          .orShould()
          .callMethodWhere(
              target(owner(type(FileChannel.class))).and(target(nameMatching("open"))));

  @ArchTest
  static final ArchRule noVagueNames =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Impl");
}
