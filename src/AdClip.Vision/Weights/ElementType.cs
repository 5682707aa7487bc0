namespace AdClip.Vision.Weights;

/// <summary>How one element of a stored tensor is written (always little-endian).</summary>
public enum ElementType
{
    /// <summary>IEEE binary64.</summary>
    F64,

    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>Eight bytes, signed.</summary>
    I64,

    /// <summary>Four bytes, signed.</summary>
    I32,

    /// <summary>Two bytes, signed.</summary>
    I16,

    /// <summary>One byte, signed.</summary>
    I8,

    /// <summary>One byte, unsigned.</summary>
    U8,

    /// <summary>One byte: 0 or 1.</summary>
    Bool,

    /// <summary>Two bytes, unsigned.</summary>
    U16,

    /// <summary>Four bytes, unsigned.</summary>
    U32,

    /// <summary>Eight bytes, unsigned.</summary>
    U64,

    /// <summary>An 8-bit float (E4M3 or E5M2): listed, never converted.</summary>
    F8,
}

/// <summary>Sizes of the element types.</summary>
internal static class ElementTypes
{
    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 or ElementType.U64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };
}
