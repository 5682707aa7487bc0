namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Rows of good images, among which the nearest by Euclidean distance is found.</summary>
/// <remarks>
/// A <see cref="MemoryBank"/> with one coordinate more: with minus half the square of a row's length in it, the nearest row is the one of the
/// largest product. Immutable; safe for concurrent calls.
/// </remarks>
internal sealed class PatchIndex
{
    private const string Everything = "";

    private readonly int _width;
    private readonly MemoryBank _bank;

    /// <param name="rows">[N, D], N at least 1.</param>
    /// <param name="width">D.</param>
    public PatchIndex(ReadOnlySpan<float> rows, int width)
    {
        _width = width;
        _bank = new MemoryBank(width + 1);
        _bank.Add(Everything, Lengthened(rows, squares => -squares / 2));
    }

    /// <summary>Distance from each of these rows [N, D] to the nearest: [N].</summary>
    public float[] Distances(ReadOnlySpan<float> rows)
    {
        var nearest = _bank.Products(Lengthened(rows, _ => 1), null);
        for (var i = 0; i < nearest.Length; i++)
        {
            nearest[i] = (float)Math.Sqrt(Math.Max(0, Squares(rows.Slice(i * _width, _width)) - (2.0 * nearest[i])));
        }
        return nearest;
    }

    private float[] Lengthened(ReadOnlySpan<float> rows, Func<double, double> last)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length % _width, 0);
        var longer = new float[rows.Length / _width * (_width + 1)];
        for (var i = 0; i < rows.Length / _width; i++)
        {
            var row = rows.Slice(i * _width, _width);
            row.CopyTo(longer.AsSpan(i * (_width + 1)));
            longer[(i * (_width + 1)) + _width] = (float)last(Squares(row));
        }
        return longer;
    }

    private static double Squares(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        foreach (var value in row)
        {
            sum += (double)value * value;
        }
        return sum;
    }
}
