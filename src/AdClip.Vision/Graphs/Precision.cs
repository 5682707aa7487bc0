using System.Diagnostics.CodeAnalysis;

namespace AdClip.Vision.Graphs;

/// <summary>How an encoder's weights and intermediate values are held; pixels and tokens are always float32.</summary>
[SuppressMessage(
    "Naming", "CA1720:Identifier contains type name", Justification = "The members are named after number formats because they are number formats.")]
public enum Precision
{
    /// <summary>32-bit floats: the reference's numbers.</summary>
    Float32,

    /// <summary>16-bit floats: half the memory; faster on graphics processors, slower on a CPU.</summary>
    Float16,

    /// <summary>8-bit integers in the matrix products, for CPUs; good enough only where a check on the user's images says so.</summary>
    Int8,
}
