namespace AdClip.Vision.Detection.FewShot;

/// <summary>The patches of one image in a bank.</summary>
/// <param name="Key">SHA-256 of the image that is left out when it is itself inspected; anything else for patches that always count.</param>
/// <param name="Rows">By layer of the bank: rows [N, E] that float16 holds, not normalised.</param>
internal sealed record BankMember(string Key, IReadOnlyList<float[]> Rows);

/// <summary>A memory bank over several layers. Immutable.</summary>
internal sealed class PatchBank
{
    private readonly MemoryBank[] _layers;

    private PatchBank(int width, IReadOnlyList<BankMember> members, MemoryBank[] layers)
        => (Width, Members, _layers) = (width, members, layers);

    /// <param name="width">Width E of a patch.</param>
    /// <param name="layers">Number of layers.</param>
    public PatchBank(int width, int layers)
        : this(width, [], [.. Enumerable.Range(0, layers).Select(_ => new MemoryBank(width))])
    {
    }

    public int Width { get; }

    public IReadOnlyList<BankMember> Members { get; }

    /// <summary>The bank and further members.</summary>
    public PatchBank With(IReadOnlyList<BankMember> members)
    {
        MemoryBank[] layers = [.. _layers.Select(layer => layer.Copy())];
        foreach (var member in members)
        {
            for (var layer = 0; layer < layers.Length; layer++)
            {
                layers[layer].Add(member.Key, UnitVectors.Normalise(member.Rows[layer], Width));
            }
        }
        return new PatchBank(Width, [.. Members, .. members], layers);
    }

    /// <summary>Whether anything is left to compare with.</summary>
    public bool HasOtherThan(string? sha256) => _layers[0].HasOtherThan(sha256);

    /// <summary>Distance of each patch to the nearest of the bank, mean over layers: [T].</summary>
    /// <param name="unitRows">By layer of the bank: [T, E].</param>
    /// <param name="exceptSha256">The image that is left out.</param>
    public float[] Distances(IReadOnlyList<float[]> unitRows, string? exceptSha256)
        => ScoringScheme.MeanOverLayers([.. Enumerable.Range(0, _layers.Length)], layer => _layers[layer].Distances(unitRows[layer], exceptSha256));
}
