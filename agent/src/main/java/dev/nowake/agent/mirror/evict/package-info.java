/**
 * What leaves a mirror's disk. {@code DiskBudget} looks how the disk stands; a policy says which models go, as data; {@code
 * DiskEviction} alone acts, and only on models nobody has open, through the store's {@code Emptying}; {@code MirrorDisk} has a
 * thread that looks from time to time and makes {@code Room} for whoever is about to write.
 */
package dev.nowake.agent.mirror.evict;
