namespace AdClip.Pretrain.Training;

/// <summary>First filters that see something from the first step on: cosine patterns of a patch, coarse ones first.</summary>
internal static class CosineFilters
{
    private const double BrightnessShare = 0.8;
    private static readonly double[][] Colours = [[1, 1, 1], [1, 0, -1], [0.5, -1, 0.5]];

    /// <summary>
    /// [width, 3, patch, patch]: four fifths see brightness, the rest two differences of colour. Finer
    /// patterns weigh more, as images have less of them.
    /// </summary>
    public static float[] Make(int width, int patch)
    {
        var waves = (
            from row in Enumerable.Range(0, patch)
            from column in Enumerable.Range(0, patch)
            orderby (row * row) + (column * column), row
            select (Row: row, Column: column)).ToList();
        var coloured = (width - (int)(width * BrightnessShare)) / 2;
        int[] counts = [Math.Min(width - (2 * coloured), waves.Count), coloured, coloured];
        var filters = new float[width * 3 * patch * patch];
        var at = 0;
        for (var plane = 0; plane < 3; plane++)
        {
            var length = Math.Sqrt(Colours[plane].Sum(part => part * part));
            for (var i = 0; i < counts[plane]; i++)
            {
                var (row, column) = waves[i];
                var gain = 0.06 * Math.Pow(1 + Math.Sqrt((row * row) + (column * column)), 0.9);
                for (var channel = 0; channel < 3; channel++)
                {
                    for (var y = 0; y < patch; y++)
                    {
                        for (var x = 0; x < patch; x++)
                        {
                            filters[at++] = (float)(gain * Colours[plane][channel] / length * Wave(row, y, patch) * Wave(column, x, patch));
                        }
                    }
                }
            }
        }
        return filters;
    }

    // The orthonormal cosine transform of type II.
    private static double Wave(int frequency, int place, int count) =>
        Math.Cos(Math.PI * (place + 0.5) * frequency / count) * Math.Sqrt((frequency == 0 ? 1.0 : 2.0) / count);
}
