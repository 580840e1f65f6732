// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.NullMarked;

/** The edges inside this module that its modules' borders cannot see. */
@AnalyzeClasses(packages = "dev.sluice.plugin", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.sluice.plugin";

  @ArchTest
  static final ArchRule theWireFormatStaysInOnePackage =
      noClasses().that().resideOutsideOfPackage("..plugin.protocol").should().dependOnClassesThat().resideInAnyPackage("io.github.api7..", "com.google.flatbuffers..");

  @ArchTest
  static final ArchRule onlyServersKnowNetty =
      noClasses()
          .that()
          .resideOutsideOfPackages("..plugin.protocol", "..plugin.runner", "..plugin.http")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty.channel..", "io.netty.buffer..", "io.netty.bootstrap..", "io.netty.handler..");

  @ArchTest
  static final ArchRule onlyMetricsKnowsMicrometer =
      noClasses().that().resideOutsideOfPackages("..plugin.metrics", ROOT).should().dependOnClassesThat().resideInAPackage("io.micrometer..");

  @ArchTest
  static final ArchRule timeComesFromOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("..plugin.time")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class);

  @ArchTest
  static final ArchRule nobodySleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

  @ArchTest
  static final ArchRule noMonitors = noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED);

  @ArchTest
  static final ArchRule packagesHaveNoCycles = slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule partsDoNotKnowTheirComposition =
      noClasses().that().resideInAPackage(ROOT + ".*..").should().dependOnClassesThat().resideInAPackage(ROOT);

  @ArchTest
  static final ArchRule everyPackageIsNullMarked = classes().should(liveInANullMarkedPackage());

  private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
    return new ArchCondition<>("live in a @NullMarked package") {
      @Override
      public void check(JavaClass subject, ConditionEvents events) {
        JavaPackage home = subject.getPackage();
        boolean marked = home.isAnnotatedWith(NullMarked.class);
        events.add(new SimpleConditionEvent(subject, marked, home.getName() + " (of " + subject.getSimpleName() + ") is not @NullMarked"));
      }
    };
  }
}
