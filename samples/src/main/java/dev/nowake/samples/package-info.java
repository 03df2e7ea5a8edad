/**
 * Stand-ins that the rest of the project is tried on: {@link dev.nowake.samples.ModelMaker} writes models that have the
 * tensor names, shapes and order of real ones in a size of one's choice, and {@link dev.nowake.samples.Loader} reads
 * them the ways unmodified loaders do, in processes of its own.
 *
 * <p>Nothing here knows nowake: a loader that did would prove nothing. JDK only, so that a loader starts in a fraction
 * of a second and its page faults are those of the model.
 */
package dev.nowake.samples;
