package dev.nowake.samples;

/** How one weight is stored. */
public enum DType {
    F32(4, 0, 0xFFFF_FFFF_FFFF_FFFFL, 0),
    F16(2, 1, 0x83FF_83FF_83FF_83FFL, 0x2000_2000_2000_2000L),
    BF16(2, 30, 0x80FF_80FF_80FF_80FFL, 0x3C00_3C00_3C00_3C00L);

    private final int bytesPerWeight;
    private final int ggmlType;
    private final long freeBits;
    private final long fixedBits;

    DType(int bytesPerWeight, int ggmlType, long freeBits, long fixedBits) {
        this.bytesPerWeight = bytesPerWeight;
        this.ggmlType = ggmlType;
        this.freeBits = freeBits;
        this.fixedBits = fixedBits;
    }

    public int bytesPerWeight() {
        return bytesPerWeight;
    }

    /** The number that stands for this type in a GGUF tensor description. */
    int ggmlType() {
        return ggmlType;
    }

    /** Turns random bits into weights near 0.01, so that no real loader meets an infinity or a NaN. */
    long weights(long randomBits) {
        return randomBits & freeBits | fixedBits;
    }
}
