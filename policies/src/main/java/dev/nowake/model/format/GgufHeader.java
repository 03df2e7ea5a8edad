package dev.nowake.model.format;

import dev.nowake.model.Layout;

/**
 * What a GGUF file's header says.
 *
 * @param splitNumber which part of a split model this file is, from 0; -1 where it is not split
 * @param splitCount how many parts there are; 0 where it is not split
 * @param splitTensors tensors over all parts; -1 where it does not say
 * @param architecture {@code general.architecture}; empty where it does not say
 */
public record GgufHeader(
        int version, Layout layout, int splitNumber, int splitCount, long splitTensors, String architecture) {}
