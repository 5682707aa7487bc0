namespace AdClip.Vision.Imaging;

/// <summary>Where one output sample of a bilinear resize falls: half-pixel centres, edges clamped, no antialiasing.</summary>
/// <param name="Near">The sample before it.</param>
/// <param name="Far">The sample after it, or the last one.</param>
/// <param name="Weight">How much <paramref name="Far"/> counts, 0 to 1; the rest is that of <paramref name="Near"/>.</param>
internal readonly record struct BilinearTaps(int Near, int Far, double Weight)
{
    /// <summary>For output sample <paramref name="index"/> of <paramref name="to"/>, from <paramref name="from"/> samples.</summary>
    public static BilinearTaps Of(int index, int from, int to)
    {
        var centre = Math.Max(0, ((index + 0.5) * from / to) - 0.5);
        var near = (int)centre;
        return new BilinearTaps(near, Math.Min(near + 1, from - 1), centre - near);
    }
}
