namespace AdClip.Vision.Metrics;

/// <summary>An unsigned integer for each finite float, in the same order: sorting and binning keys sorts and bins the values.</summary>
internal static class FloatKey
{
    /// <summary>Key of <paramref name="value"/>; negative zero has the key of zero.</summary>
    public static uint Of(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ (bits >> 31 != 0 ? 0xFFFF_FFFFu : 0x8000_0000u);
    }

    /// <summary>The float whose key is <paramref name="key"/>.</summary>
    public static float ToFloat(uint key) =>
        BitConverter.UInt32BitsToSingle(key ^ (key >> 31 != 0 ? 0x8000_0000u : 0xFFFF_FFFFu));
}
