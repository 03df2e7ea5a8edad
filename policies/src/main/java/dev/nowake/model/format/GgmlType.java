package dev.nowake.model.format;

import java.util.Map;

/** How many bytes a block of a GGUF tensor type takes. Types that are not here still work: see {@link GgufReader}. */
record GgmlType(int blockElements, int blockBytes) {
    private static final int K = 256;
    private static final Map<Integer, GgmlType> KNOWN = Map.ofEntries(
            Map.entry(0, new GgmlType(1, 4)), // F32
            Map.entry(1, new GgmlType(1, 2)), // F16
            Map.entry(2, new GgmlType(32, 18)), // Q4_0
            Map.entry(3, new GgmlType(32, 20)), // Q4_1
            Map.entry(6, new GgmlType(32, 22)), // Q5_0
            Map.entry(7, new GgmlType(32, 24)), // Q5_1
            Map.entry(8, new GgmlType(32, 34)), // Q8_0
            Map.entry(10, new GgmlType(K, 84)), // Q2_K
            Map.entry(11, new GgmlType(K, 110)), // Q3_K
            Map.entry(12, new GgmlType(K, 144)), // Q4_K
            Map.entry(13, new GgmlType(K, 176)), // Q5_K
            Map.entry(14, new GgmlType(K, 210)), // Q6_K
            Map.entry(16, new GgmlType(K, 66)), // IQ2_XXS
            Map.entry(17, new GgmlType(K, 74)), // IQ2_XS
            Map.entry(18, new GgmlType(K, 98)), // IQ3_XXS
            Map.entry(19, new GgmlType(K, 50)), // IQ1_S
            Map.entry(20, new GgmlType(32, 18)), // IQ4_NL
            Map.entry(21, new GgmlType(K, 110)), // IQ3_S
            Map.entry(22, new GgmlType(K, 82)), // IQ2_S
            Map.entry(23, new GgmlType(K, 136)), // IQ4_XS
            Map.entry(24, new GgmlType(1, 1)), // I8
            Map.entry(25, new GgmlType(1, 2)), // I16
            Map.entry(26, new GgmlType(1, 4)), // I32
            Map.entry(27, new GgmlType(1, 8)), // I64
            Map.entry(28, new GgmlType(1, 8)), // F64
            Map.entry(29, new GgmlType(K, 56)), // IQ1_M
            Map.entry(30, new GgmlType(1, 2)), // BF16
            Map.entry(34, new GgmlType(K, 54)), // TQ1_0
            Map.entry(35, new GgmlType(K, 66)), // TQ2_0
            Map.entry(39, new GgmlType(32, 17))); // MXFP4

    /** Null where the type is not known here. */
    static GgmlType of(int number) {
        return KNOWN.get(number);
    }

    /** Bytes of so many elements; -1 where that is no number of whole blocks or more than a file can hold. */
    long bytesOf(long elements) {
        if (elements % blockElements != 0 || elements / blockElements > Long.MAX_VALUE / blockBytes) {
            return -1;
        }
        return elements / blockElements * blockBytes;
    }
}
