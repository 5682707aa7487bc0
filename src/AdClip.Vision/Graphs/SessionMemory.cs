namespace AdClip.Vision.Graphs;

/// <summary>How much memory a transformer's session takes, estimated before it is made.</summary>
/// <remarks>
/// Weights: their bytes at the session's precision, twice while packed copies are made for the kernels' order but once after;
/// not at all as the process's own when they stay in the file's mapping. Intermediate values: per run the stream, its residual
/// and norm, queries, keys, values and the hidden layer of four widths, of which about eight widths live at once, plus
/// attention's scratch of about one head's scores. Measured against the growth of resident memory in docs/guide/install.md.
/// </remarks>
public static class SessionMemory
{
    private const int LiveWidths = 12;
    private const long Runtime = 24L << 20; // the runtime's own: graph, kernels, arena of small blocks

    /// <summary>Bytes of intermediate values of one image.</summary>
    /// <param name="rows">Tokens of the image, class token included.</param>
    /// <param name="width">Width of the stream.</param>
    /// <param name="precision">How values are held; 8-bit products keep float32 streams.</param>
    public static long PerImage(long rows, int width, Precision precision)
        => rows * width * LiveWidths * (precision == Precision.Float16 ? 2 : 4);

    /// <summary>Bytes of a session that serves <paramref name="callers"/> at once.</summary>
    /// <param name="parameters">Weights of the encoder that runs, not of the whole file.</param>
    /// <param name="isPacked">Whether the weights are copied; else they are the page cache's.</param>
    /// <param name="perImage">From <see cref="PerImage"/>.</param>
    /// <param name="callers">Images at once.</param>
    /// <param name="precision">How weights are held.</param>
    public static long Session(long parameters, bool isPacked, long perImage, int callers, Precision precision)
        => Runtime + (isPacked ? parameters * BytesPerWeight(precision) : 0) + (perImage * callers);

    private static int BytesPerWeight(Precision precision) => precision switch
    {
        Precision.Float16 => 2,
        Precision.Int8 => 1,
        _ => 4,
    };
}
