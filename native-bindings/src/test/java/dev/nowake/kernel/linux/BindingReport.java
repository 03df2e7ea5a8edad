package dev.nowake.kernel.linux;

/** A program of its own: says twice which binding AUTO takes in its JVM, and why. */
final class BindingReport {
    private BindingReport() {}

    public static void main(String[] arguments) {
        for (int i = 0; i < 2; i++) {
            try {
                LinuxKernel kernel = LinuxKernel.open(Binding.AUTO);
                System.out.println(kernel.binding() + " " + kernel.bindingNote());
            } catch (UnsupportedOperationException none) {
                System.out.println("none " + none.getMessage());
            }
        }
    }
}
