// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.sluice.scheduler", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule standsOnJavaAlone = classes().should().onlyDependOnClassesThat()
      .resideInAnyPackage("java..", "dev.sluice.scheduler..", "org.jspecify..", "com.google.errorprone.annotations..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.sluice.scheduler.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule innerPackagesDoNotKnowTheDoor = noClasses().that().resideInAPackage("dev.sluice.scheduler.*")
      .should().dependOnClassesThat().resideInAPackage("dev.sluice.scheduler");

  @ArchTest
  static final ArchRule timeIsPassedIn = noClasses()
      .should().callMethod(System.class, "nanoTime")
      .orShould().callMethod(System.class, "currentTimeMillis")
      .orShould().callMethod(Instant.class, "now")
      .orShould().callMethod(Thread.class, "sleep", long.class)
      .orShould().callConstructor(Random.class);

  @ArchTest
  static final ArchRule locksAreReentrant = methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED);

  @ArchTest
  static final ArchRule nothingLogs = noClasses().should().accessField(System.class, "out")
      .orShould().accessField(System.class, "err")
      .orShould().dependOnClassesThat().resideInAPackage("java.util.logging..");

  @ArchTest
  static final ArchRule packagesAreNullMarked = classes().should(new ArchCondition<>("live in a @NullMarked package") {
    @Override
    public void check(JavaClass type, ConditionEvents events) {
      boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
      events.add(new SimpleConditionEvent(type, marked, type.getPackageName() + " of " + type.getSimpleName()));
    }
  });
}
