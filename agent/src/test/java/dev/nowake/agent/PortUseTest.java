package dev.nowake.agent;

import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.nowake.agent.ArchitectureTest.check;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.properties.HasName;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.PageCache;
import org.junit.jupiter.api.Test;

/** Which parts of the daemon may make which calls of the ports, and ask which clock. */
class PortUseTest {
    /** Reads a header for a verb and leaves no page behind: the one class outside that reads, and evicts its own trace. */
    private static final DescribedPredicate<HasName> NO_QUIET_READ =
            DescribedPredicate.not(nameMatching("dev\\.nowake\\.agent\\.cli\\.QuietFiles"));

    /** Reads one page of a small file when {@code doctor --probe} asks for it, to see whether it stays. */
    private static final DescribedPredicate<HasName> NO_PROBE =
            DescribedPredicate.not(nameMatching("dev\\.nowake\\.agent\\.advice\\.OpenProbe"));

    /** The demo prepares its measurements with the same calls, and a quiet read drops the pages it brought itself. */
    @Test
    void onlyTheExecutorTouchesPages() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.nowake.agent..")
                .and()
                .resideOutsideOfPackages("dev.nowake.agent.execute..", "dev.nowake.agent.demo..")
                .and(NO_QUIET_READ)
                .should()
                .callMethodWhere(portMethod(PageCache.class, "evict|readahead|populate|sendfile|readThrough")));
        check(noClasses()
                .that()
                .resideInAPackage("dev.nowake.agent..")
                .and()
                .resideOutsideOfPackage("dev.nowake.agent.execute..")
                .should()
                .callMethodWhere(portMethod(NodeMemory.class, "compact")));
    }

    /** Reading a file's content moves pages: headers are read to identify, mirrored files to have them; nothing else is unless it is asked for. */
    @Test
    void onlyIdentifyingReadsContent() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.nowake.agent..")
                .and()
                .resideOutsideOfPackages(
                        "dev.nowake.agent.identify..", "dev.nowake.agent.execute..", "dev.nowake.agent.mirror..")
                .and(NO_QUIET_READ)
                .and(NO_PROBE)
                .should()
                .callMethodWhere(portMethod(FileAccess.class, "read")));
    }

    /**
     * The wall clock jumps. Nothing that decides or waits asks it: it is written into journals and traces, and told to
     * policies, which know days. What an operator wants kept until a time outlives restarts, which no other clock does; the
     * end of a pause is only shown by it; verbs and reports speak to people.
     */
    @Test
    void onlyWhatTellsTheTimeOfDayAsksTheWallClock() {
        check(noClasses()
                .that(
                        DescribedPredicate.not(
                                nameMatching(
                                        "dev\\.nowake\\.agent\\."
                                                + "(daemon\\.(Clocks|KeepList|Switches)|observe\\.Journal(\\$.*)?|trace\\.(Residency|Tracefs)Recorder)")))
                .and()
                .resideOutsideOfPackages("dev.nowake.samples..", "dev.nowake.agent.cli..", "dev.nowake.agent.report..")
                .should()
                .callMethodWhere(DescribedPredicate.describe("ask the wall clock", PortUseTest::asksTheWallClock)));
    }

    private static boolean asksTheWallClock(JavaMethodCall call) {
        String owner = call.getTargetOwner().getName();
        String name = call.getTarget().getName();
        return owner.equals("java.lang.System") && name.equals("currentTimeMillis")
                || owner.startsWith("java.time.") && name.equals("now")
                || (owner.equals("java.time.Clock") || owner.equals("java.time.InstantSource"))
                        && name.startsWith("system");
    }

    private static DescribedPredicate<JavaMethodCall> portMethod(Class<?> port, String names) {
        return DescribedPredicate.describe(
                port.getSimpleName() + "." + names,
                call -> call.getTargetOwner().isEquivalentTo(port)
                        && call.getTarget().getName().matches(names));
    }
}
