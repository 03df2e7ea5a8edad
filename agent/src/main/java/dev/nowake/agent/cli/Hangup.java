package dev.nowake.agent.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * SIGHUP, which ends a JVM unless somebody takes it. The JDK's only way to a signal is in its module jdk.unsupported, and the
 * compiler warns of every mention: so it is found by name, and a run time without it goes without.
 */
final class Hangup {
    private Hangup() {}

    /** {@code act} runs at each SIGHUP, on a thread of the JVM's. False where this JVM hands out no signals. */
    static boolean take(Runnable act) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler taken = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    act.run();
                    return null;
                }
                return method.getName().equals("equals")
                        ? (Object) (proxy == arguments[0])
                        : method.getName().equals("hashCode") ? (Object) System.identityHashCode(proxy) : "Hangup";
            };
            Object receiver = Proxy.newProxyInstance(Hangup.class.getClassLoader(), new Class<?>[] {handler}, taken);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), receiver);
            return true;
        } catch (ReflectiveOperationException | RuntimeException none) {
            return false;
        }
    }
}
