namespace AdClip.Vision.Detection.FewShot;

/// <summary>The patches of one image in a bank.</summary>
/// <param name="Key">SHA-256 of the image that is left out when it is itself inspected; anything else for patches that always count.</param>
/// <param name="Rows">By layer of the bank: rows [N, E] that float16 holds, not normalised.</param>
internal sealed record BankMember(string Key, IReadOnlyList<float[]> Rows);

/// <summary>A memory bank over several layers. Immutable.</summary>
internal sealed class PatchBank
{
    private readonly int _layers;
    private readonly (string Key, MemoryBank[] Layers)[] _images;

    /// <param name="width">Width E of a patch.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="mean">Nearest images that a distance is the mean of.</param>
    /// <param name="members">Views of the same image have the same key.</param>
    public PatchBank(int width, int layers, int mean, IReadOnlyList<BankMember> members)
    {
        (Width, _layers, Mean, Members) = (width, layers, mean, members);
        _images =
            [.. members.GroupBy(member => member.Key).Select(views => (views.Key, Enumerable.Range(0, layers).Select(layer => Bank(views, layer)).ToArray()))];
    }

    public int Width { get; }

    public int Mean { get; }

    public IReadOnlyList<BankMember> Members { get; }

    /// <summary>Whether anything is left to compare with.</summary>
    public bool HasOtherThan(string? sha256) => Array.Exists(_images, image => image.Key != sha256);

    /// <summary>Distance of each patch to the nearest images of the bank, mean over layers: [T].</summary>
    /// <param name="unitRows">By layer of the bank: [T, E].</param>
    /// <param name="exceptSha256">The image that is left out.</param>
    public float[] Distances(IReadOnlyList<float[]> unitRows, string? exceptSha256)
        => ScoringScheme.MeanOverLayers([.. Enumerable.Range(0, _layers)], layer =>
        {
            var nearest = new NearestImages(unitRows[layer].Length / Width, Mean);
            foreach (var (i, (key, layers)) in _images.Index())
            {
                if (key != exceptSha256)
                {
                    nearest.Add(i, layers[layer].Distances(unitRows[layer], null));
                }
            }
            return nearest.Without(-1);
        });

    private MemoryBank Bank(IEnumerable<BankMember> views, int layer)
    {
        var bank = new MemoryBank(Width);
        foreach (var view in views)
        {
            bank.Add(view.Key, UnitVectors.Normalise(view.Rows[layer], Width));
        }
        return bank;
    }
}
