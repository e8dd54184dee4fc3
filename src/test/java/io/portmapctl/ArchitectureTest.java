package io.portmapctl;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.portmapctl.model.Match;
import io.portmapctl.model.Target;

/** The table in CONTRIBUTING.md, held to the code. */
@AnalyzeClasses(packages = "io.portmapctl", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule layers =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("completion")
          .definedBy("io.portmapctl.cli.completion")
          .layer("model")
          .definedBy("io.portmapctl.model")
          .layer("syntax")
          .definedBy("io.portmapctl.syntax")
          .layer("netconf")
          .definedBy("io.portmapctl.netconf")
          .layer("layout")
          .definedBy("io.portmapctl.layout")
          .layer("plan")
          .definedBy("io.portmapctl.plan")
          .layer("iptables")
          .definedBy("io.portmapctl.iptables")
          .layer("backend")
          .definedBy("io.portmapctl.backend")
          .layer("packet")
          .definedBy("io.portmapctl.packet")
          .layer("trace")
          .definedBy("io.portmapctl.trace")
          .layer("audit")
          .definedBy("io.portmapctl.audit")
          .layer("explain")
          .definedBy("io.portmapctl.explain")
          .layer("render")
          .definedBy("io.portmapctl.render")
          .layer("cli")
          .definedBy("io.portmapctl.cli")
          .layer("shell")
          .definedBy("io.portmapctl.shell")
          .whereLayer("shell")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("shell")
          .whereLayer("render")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("iptables")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("backend")
          .mayOnlyBeAccessedByLayers("iptables", "cli")
          .whereLayer("audit")
          .mayOnlyBeAccessedByLayers("render", "cli")
          .whereLayer("explain")
          .mayOnlyBeAccessedByLayers("render", "cli")
          .whereLayer("trace")
          .mayOnlyBeAccessedByLayers("plan", "audit", "explain", "render", "cli")
          .whereLayer("packet")
          .mayOnlyBeAccessedByLayers("trace", "plan", "audit", "explain", "render")
          .whereLayer("plan")
          .mayOnlyBeAccessedByLayers("backend", "iptables", "audit", "explain", "render", "cli")
          .whereLayer("layout")
          .mayOnlyBeAccessedByLayers("plan", "iptables", "audit", "explain", "render", "cli")
          .whereLayer("netconf")
          .mayOnlyBeAccessedByLayers(
              "layout", "plan", "backend", "audit", "explain", "render", "cli")
          .whereLayer("syntax")
          .mayOnlyBeAccessedByLayers("layout", "iptables", "cli")
          .whereLayer("completion")
          .mayOnlyBeAccessedByLayers("cli");

  /** What a match or a target means is asked of its type; its words are for parser and printer. */
  @ArchTest
  static final ArchRule wordsOfRulesOnlyInParserAndPrinter =
      noClasses()
          .that()
          .resideOutsideOfPackages("..model..", "..syntax..")
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
          .resideOutsideOfPackages("..netconf..", "..render..")
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
