namespace AdClip.Vision.Detection.FewShot;

/// <summary>Which layers a bank compares, and how.</summary>
/// <param name="Layers">Blocks, counted from 1; their distances are averaged.</param>
/// <param name="Radius">1: patches as they are; 3: mean of 3 x 3 neighbours.</param>
internal sealed record BankChoice(IReadOnlyList<int> Layers, int Radius);

/// <summary>Distances from every image of a fit to a bank made of some of them, so that any image can be left out.</summary>
internal sealed class FitBank
{
    // Left-out neighbours that are averaged: more change nothing that can be seen.
    private const int MostLeftOut = 8;

    private readonly NearestImages[][] _nearest;
    private readonly bool[] _member;
    private readonly int[] _leftOut;
    private readonly Func<float[], double> _pool;

    /// <param name="images">All images of the fit.</param>
    /// <param name="choice">Layers and radius.</param>
    /// <param name="mean">Nearest images that a distance is the mean of.</param>
    /// <param name="rows">Rows of an image that join the bank, from those of all its patches; null where it is no member.</param>
    /// <param name="pool">One number for an image from those of its patches.</param>
    /// <param name="cancel">Stops the work.</param>
    public FitBank(FitImage[] images, BankChoice choice, int mean, Func<FitImage, float[], float[]?> rows, Func<float[], double> pool, CancellationToken cancel)
    {
        _pool = pool;
        var parallel = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount };
        _nearest = new NearestImages[images.Length][];
        _member = new bool[images.Length];
        for (var i = 0; i < images.Length; i++)
        {
            _nearest[i] = [.. choice.Layers.Select(_ => new NearestImages(images[i].Tokens.Grid * images[i].Tokens.Grid, mean))];
        }
        foreach (var (l, layer) in choice.Layers.Index())
        {
            var banks = new (int Image, MemoryBank Bank)[images.Length];
            var count = 0;
            for (var i = 0; i < images.Length; i++)
            {
                var bank = new MemoryBank(images[i].Tokens.Width);
                foreach (var view in images[i].Views)
                {
                    if (rows(images[i], PatchRows.Unit(view, layer, choice.Radius)) is { Length: > 0 } own)
                    {
                        bank.Add(images[i].Sha256, own);
                        _member[i] = true;
                    }
                }
                if (_member[i])
                {
                    banks[count++] = (i, bank);
                }
            }
            Parallel.For(0, images.Length, parallel, i =>
            {
                var queries = PatchRows.Unit(images[i].Tokens, layer, choice.Radius);
                foreach (var (image, bank) in banks.AsSpan(0, count))
                {
                    _nearest[i][l].Add(image, bank.Distances(queries, null));
                }
            });
        }
        int[] members = [.. Enumerable.Range(0, images.Length).Where(i => _member[i])];
        var kept = Math.Min(MostLeftOut, members.Length);
        _leftOut = [.. Enumerable.Range(0, kept).Select(i => members[i * members.Length / kept])];
    }

    private FitBank(FitBank whole, IReadOnlyList<int> layers)
    {
        _nearest = [.. whole._nearest.Select(image => layers.Select(layer => image[layer]).ToArray())];
        (_member, _leftOut, _pool) = (whole._member, whole._leftOut, whole._pool);
    }

    /// <summary>The same with some of the layers: their positions.</summary>
    public FitBank Of(IReadOnlyList<int> layers) => new(this, layers);

    /// <summary>Distances of an image to the bank without itself and without another image: mean over layers, [T].</summary>
    public float[] Distances(int image, int without)
    {
        var layers = _nearest[image];
        return ScoringScheme.MeanOverLayers([.. Enumerable.Range(0, layers.Length)], layer => layers[layer].Without(without));
    }

    /// <summary>
    /// Images to leave out one after the other when this one is scored: itself if it is in the bank, else some of the bank, so that every
    /// image is compared with equally many others.
    /// </summary>
    public IReadOnlyList<int> LeftOut(int image) => _member[image] ? [image] : _leftOut;

    /// <summary>Score of an image, never compared with itself, always with the same number of others.</summary>
    public double Score(int image) => LeftOut(image).Average(without => _pool(Distances(image, without)));
}
