namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Takes the patches of good images, and keeps few of them so that every one is near one that is kept.</summary>
/// <remarks>
/// They wait as float16. Whenever there are too many they are thinned to twice the number that is wanted at last, so memory is bounded
/// (150 MB and less); up to 160,000 patches 384 wide are thinned in one go. Radii of successive thinnings add up.
/// </remarks>
internal sealed class PatchBuffer
{
    private const int MostValues = 160_000 * 384;

    private readonly int _width;
    private readonly int _keep;
    private readonly int _capacity;
    private readonly PatchSubspace _projection;
    private readonly CancellationToken _cancel;
    private readonly List<int> _owners = [];
    private Half[] _rows = [];

    /// <param name="width">Width D of a row.</param>
    /// <param name="keep">Most rows that are kept at last.</param>
    /// <param name="cancel">Stops thinning.</param>
    /// <param name="mostValues">Rows times width that wait at most; not fewer than four times the rows that are kept.</param>
    public PatchBuffer(int width, int keep, CancellationToken cancel, int mostValues = MostValues)
    {
        (_width, _keep, _cancel) = (width, keep, cancel);
        _capacity = Math.Max(mostValues / width, 4 * keep);
        _projection = new PatchSubspace(new float[width], FarthestFirst.Projection(width), 1);
    }

    /// <summary>Takes rows [N, D] of an image.</summary>
    public void Add(int image, ReadOnlySpan<Half> rows)
    {
        for (var at = 0; at < rows.Length;)
        {
            if (_owners.Count == _capacity)
            {
                Thin(2 * _keep);
            }
            var count = Math.Min((rows.Length - at) / _width, _capacity - _owners.Count);
            var filled = _owners.Count * _width;
            if (filled + (count * _width) > _rows.Length)
            {
                Array.Resize(ref _rows, Math.Min(_capacity * _width, Math.Max(2 * _rows.Length, filled + (count * _width))));
            }
            rows.Slice(at, count * _width).CopyTo(_rows.AsSpan(filled));
            _owners.AddRange(Enumerable.Repeat(image, count));
            at += count * _width;
        }
    }

    /// <summary>The rows that are kept, in the order in which they came, and whose they are.</summary>
    public (float[] Rows, IReadOnlyList<int> Owners) Finish()
    {
        Thin(_keep);
        return (PatchLayers.Wide(_rows.AsSpan(0, _owners.Count * _width)), _owners);
    }

    private void Thin(int keep)
    {
        if (_owners.Count <= keep)
        {
            return;
        }
        var projected = new float[_owners.Count * FarthestFirst.ProjectedWidth];
        const int block = 1024;
        for (var row = 0; row < _owners.Count; row += block)
        {
            var count = Math.Min(block, _owners.Count - row);
            _projection.Apply(PatchLayers.Wide(_rows.AsSpan(row * _width, count * _width))).CopyTo(projected, row * FarthestFirst.ProjectedWidth);
        }
        var chosen = FarthestFirst.Choose(projected, keep, _cancel);
        foreach (var (to, from) in chosen.Index())
        {
            // Chosen rows rise, so none is overwritten before it is moved.
            _rows.AsSpan(from * _width, _width).CopyTo(_rows.AsSpan(to * _width));
            _owners[to] = _owners[from];
        }
        _owners.RemoveRange(chosen.Length, _owners.Count - chosen.Length);
    }
}
