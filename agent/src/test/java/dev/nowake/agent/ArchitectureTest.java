package dev.nowake.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who may import whom. A newcomer reads {@link #ARROWS} first. */
class ArchitectureTest {
    /**
     * The daemon's packages and what each may import of the others, beside the ports ({@code dev.nowake.kernel}), models
     * and policies. An event goes down this table's first part; what serves it there is the second, and what people call the
     * third. An arrow back up needs its reason here:
     *
     * <ul>
     *   <li>rules -> identify: one way to write a path as text, which patterns are held against
     *   <li>rules -> decide: a rule's outcome is who decides
     *   <li>load -> decide: a load knows who decides about it
     *   <li>load -> execute, govern: a load carries the handles of the jobs under way for it, and its budget
     *   <li>govern -> execute: the governor is the executor's byte budget, whose interface stands where it is asked
     *   <li>observe -> identify: one way to write a path as text
     *   <li>observe -> config: how much of the journal is kept
     *   <li>progress -> trace: readers that use pread(2) are seen by the kernel's events alone
     *   <li>advice -> identify, observe: one way to write a path, and bytes, as text
     *   <li>advice -> config: one way to read a pattern
     *   <li>stage -> identify, observe: one way to write a path and a size as text
     *   <li>stage -> execute: what has to go through page cache is read and dropped in one way
     *   <li>pack -> identify: one way to write a path as text
     *   <li>pack -> execute: what went through page cache is evicted in the one way
     *   <li>pack -> stage: what a model's folder consists of, and reads past page cache
     *   <li>mirror -> stage: links that lead out are followed, and content is held against names, in the one way
     *   <li>mirror -> trust: one way to tell who could replace a folder
     *   <li>trace -> observe: one way to write a path as text that keeps odd bytes
     *   <li>metrics -> decide, execute, govern, mirror: it tells how they stand, from the records they describe themselves with
     *   <li>report -> observe: reads what was written there
     *   <li>demo, report -> config: one way to write a size as text
     * </ul>
     */
    private static final String ARROWS = """
            listen   -> observe
            identify ->
            rules    -> identify decide config
            load     -> listen config execute decide govern
            decide   -> observe trust
            govern   -> execute
            execute  ->
            observe  -> identify config

            trust    ->
            config   -> trust
            control  ->
            progress -> load trace
            trace    -> observe
            sample   ->
            metrics  -> config decide execute govern mirror observe
            daemon   -> listen identify rules load progress sample decide govern execute observe config control metrics mirror

            report   -> config observe
            stage    -> identify execute observe
            pack     -> identify execute stage
            mirror   -> config identify stage execute decide observe trust
            advice   -> config identify observe
            demo     -> config
            cli      -> advice daemon demo config control decide identify govern execute observe trace report stage pack trust
            manual   -> cli
            """;

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.nowake");

    @Test
    void theWholeProjectIsLookedAt() {
        assertThat(OURS.stream().map(JavaClass::getPackageName))
                .contains(
                        "dev.nowake.kernel.linux",
                        "dev.nowake.policy.builtin",
                        "dev.nowake.samples",
                        "dev.nowake.agent.daemon")
                .doesNotContain("dev.nowake.kernel.fake");
    }

    @Test
    void theDaemonsPackagesKeepTheirArrows() {
        Map<String, Set<String>> allowed = arrows();
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : OURS) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String origin = agentPackage(from);
                String target = agentPackage(dependency.getTargetClass().getBaseComponentType());
                if (origin != null
                        && target != null
                        && !origin.equals(target)
                        && !allowed.getOrDefault(origin, Set.of()).contains(target)) {
                    wrong.add(origin + " -> " + target + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPackageOfTheDaemonStandsInTheTable() {
        Set<String> packages = OURS.stream()
                .map(ArchitectureTest::agentPackage)
                .filter(name -> name != null)
                .collect(Collectors.toSet());
        assertThat(arrows().keySet()).containsExactlyInAnyOrderElementsOf(packages);
    }

    private static Map<String, Set<String>> arrows() {
        return ARROWS.lines()
                .filter(line -> !line.isBlank())
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf("->")).strip(),
                        line -> Arrays.stream(
                                        line.substring(line.indexOf("->") + 2).split(" "))
                                .filter(name -> !name.isEmpty())
                                .collect(Collectors.toSet())));
    }

    /** Null for what is not the daemon's. */
    private static String agentPackage(JavaClass type) {
        String prefix = "dev.nowake.agent.";
        String name = type.getPackageName();
        return name.startsWith(prefix) ? name.substring(prefix.length()).replaceAll("\\..*", "") : null;
    }

    @Test
    void noPackagesInACircle() {
        check(slices().matching("dev.nowake.agent.(*)..").should().beFreeOfCycles());
        check(slices().matching("dev.nowake.kernel.(*)..").should().beFreeOfCycles());
        check(slices().matching("dev.nowake.(*)..").should().beFreeOfCycles());
    }

    @Test
    void modulesImportDownwardsOnly() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.nowake.kernel..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.nowake..")
                        .and(DescribedPredicate.not(resideInAPackage("dev.nowake.kernel..")))));
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.nowake.model..", "dev.nowake.policy..", "dev.nowake.samples..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.nowake.kernel..", "dev.nowake.agent.."));
        check(noClasses()
                .that()
                .resideInAPackage("dev.nowake.model..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.nowake.policy.."));
    }

    /**
     * Time and state arrive in a policy's input. What loads scripts and jars is no policy: it reads and copies files, makes
     * class loaders, interrupts the thread of a call it is asked to stop, and ends a script on a thread of its own, since
     * ending waits for the script.
     */
    @Test
    void modelsAndPoliciesArePure() {
        String[] pure = {"dev.nowake.model..", "dev.nowake.policy.."};
        String[] loading = {"dev.nowake.policy.plugin..", "dev.nowake.policy.js.."};
        check(noClasses()
                .that()
                .resideInAnyPackage(pure)
                .and()
                .resideOutsideOfPackages(loading)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.net..",
                        "java.time..",
                        "java.util.concurrent..",
                        "java.lang.foreign.."));
        check(noClasses()
                .that()
                .resideInAnyPackage(pure)
                .and()
                .resideOutsideOfPackages(loading)
                .should()
                .dependOnClassesThat(nameMatching(
                        "java\\.lang\\.(Thread|Process|Runtime)(\\..*|\\$.*)?|java\\.io\\.(File|RandomAccess).*")));
        check(noClasses()
                .that()
                .resideInAnyPackage(pure)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis"));
    }

    @Test
    void onlyTheBackendKnowsTheBindings() {
        check(classes()
                .that()
                .resideInAPackage("dev.nowake.kernel.ffm..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage("dev.nowake.kernel.ffm..", "dev.nowake.kernel.linux.."));
        check(classes()
                .that()
                .resideInAPackage("dev.nowake.kernel.jnr..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage("dev.nowake.kernel.jnr..", "dev.nowake.kernel.linux.."));
        check(classes()
                .that()
                .resideInAPackage("dev.nowake.kernel.libc..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage("dev.nowake.kernel.."));
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.nowake.kernel.jnr..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.."));
    }

    @Test
    void everyDowncallIsInOneFile() {
        check(noClasses()
                .that(DescribedPredicate.not(nameMatching("dev\\.nowake\\.kernel\\.ffm\\.FfmLibC(\\$.*)?")))
                .should()
                .dependOnClassesThat(nameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup)(\\$.*)?")));
    }

    static void check(ArchRule rule) {
        rule.check(OURS);
    }
}
