/**
 * Models and byte ranges: what a file is, which files make up one model, which bytes a plan speaks of. Pure values.
 */
package dev.nowake.model;
