namespace AdClip.Vision.Graphs;

/// <summary>Whether the runtime copies weights into the order in which its kernels read them.</summary>
/// <remarks>
/// A packed copy is faster for short inputs; without it the weights stay in the page cache, shared by all sessions of
/// the file. The last bits of the outcome differ.
/// </remarks>
public enum Prepacking
{
    /// <summary>Decided by the sizes of weights and input, always alike for the same model and settings.</summary>
    Auto,

    /// <summary>Copied.</summary>
    Always,

    /// <summary>Left in the file's mapping.</summary>
    Never,
}

/// <summary>How a graph is run; the number of threads alone changes no bit of the numbers.</summary>
/// <param name="Threads">Threads of one run. One, with as many callers as cores, gives the best throughput.</param>
/// <param name="Prepack">Whether weights are copied into the kernels' order.</param>
/// <param name="Device">The device asked for; what a session got is told by the session.</param>
/// <param name="Precision">How weights and intermediate values are held.</param>
public sealed record SessionSettings(
    int Threads = 1, Prepacking Prepack = Prepacking.Auto, DeviceWish Device = default, Precision Precision = Precision.Float32);
