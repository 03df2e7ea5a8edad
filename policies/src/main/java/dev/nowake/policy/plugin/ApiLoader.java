package dev.nowake.policy.plugin;

import dev.nowake.policy.Policy;

/** Shows a plugin the JDK's own classes and the interface of policies, so that it may bring any library along. */
final class ApiLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final ClassLoader nowake = Policy.class.getClassLoader();

    ApiLoader() {
        super("nowake-policy-api", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        int dot = name.lastIndexOf('.');
        String inPackage = dot < 0 ? "" : name.substring(0, dot);
        if (inPackage.equals("dev.nowake.policy") || inPackage.equals("dev.nowake.model")) {
            return nowake.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
