// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.sluice.routing", importOptions = ImportOption.DoNotIncludeTests.class)
class RoutingArchitectureTest {
  @ArchTest
  static final ArchRule knowsNeitherSchedulerNorGateway =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("dev.sluice.scheduler..", "dev.sluice.plugin..", "org.apache.apisix..", "io.netty..");

  @ArchTest
  static final ArchRule yamlStaysInOnePlace =
      noClasses().that().doNotHaveSimpleName("YamlReader").should().dependOnClassesThat().resideInAPackage("org.snakeyaml..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles = slices().matching("dev.sluice.routing.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule configKnowsNothingOfKeysAndProviders =
      noClasses().that().resideInAPackage("..routing.config").should().dependOnClassesThat().resideInAnyPackage("dev.sluice.routing", "..routing.key", "..routing.provider");

  @ArchTest
  static final ArchRule timeIsPassedIn =
      noClasses().should().callMethod(System.class, "nanoTime").orShould().callMethod(System.class, "currentTimeMillis").orShould().callMethod(Instant.class, "now");

  @ArchTest
  static final ArchRule noMonitors = noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED);

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes().that().haveSimpleName("package-info").should().beAnnotatedWith(NullMarked.class);
}
