namespace AdClip.Vision.Detection.GoodImages;

/// <summary>How many of a bank's rows are of one image.</summary>
/// <param name="Sha256">Of its file.</param>
/// <param name="Patches">Rows; 0 where all of them are near rows of other images.</param>
internal sealed record GoodBankImage(string Sha256, int Patches);

/// <summary>Good patches in their subspace, image after image. Immutable; safe for concurrent calls.</summary>
internal sealed class GoodBank
{
    private readonly int _width;
    private readonly PatchIndex _index;

    /// <param name="rows">[N, K], N at least 1.</param>
    /// <param name="width">K.</param>
    /// <param name="images">Whose rows they are, in their order.</param>
    public GoodBank(float[] rows, int width, IReadOnlyList<GoodBankImage> images)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Sum(image => (long)image.Patches) * width, rows.Length);
        (Rows, _width, Images) = (rows, width, images);
        _index = new PatchIndex(rows, width);
    }

    /// <summary>[N, K].</summary>
    public float[] Rows { get; }

    /// <summary>Whose rows they are, in their order.</summary>
    public IReadOnlyList<GoodBankImage> Images { get; }

    /// <summary>Rows N.</summary>
    public int Count => Rows.Length / _width;

    /// <summary>Distance from each of these rows [M, K] to the nearest that is not of this image: [M]; null where none is left.</summary>
    public float[]? Distances(ReadOnlySpan<float> rows, string? exceptSha256)
    {
        var at = 0;
        foreach (var image in Images)
        {
            if (string.Equals(image.Sha256, exceptSha256, StringComparison.OrdinalIgnoreCase))
            {
                // Only good images meet themselves here: they are few, and packing the others takes as long as the search.
                float[] others = [.. Rows.AsSpan(0, at * _width), .. Rows.AsSpan((at + image.Patches) * _width)];
                return Images.Count == 1 || others.Length == 0 ? null
                    : image.Patches == 0 ? _index.Distances(rows) : new PatchIndex(others, _width).Distances(rows);
            }
            at += image.Patches;
        }
        return _index.Distances(rows);
    }
}
