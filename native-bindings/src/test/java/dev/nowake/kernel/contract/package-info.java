/**
 * What every kernel behind the ports must do, real or fake: abstract tests over a {@link
 * dev.nowake.kernel.contract.KernelUnderTest}, subclassed once per backend. They assert what the ports promise and no
 * more; what one backend alone does (folio sizes, read-ahead of neighbours) is tested beside that backend.
 */
package dev.nowake.kernel.contract;
