using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Takes the patches of good images, and keeps few of them so that every one is near one that is kept.</summary>
/// <remarks>
/// They wait as float16. Whenever there are too many they are thinned to twice the number that is wanted at last, so memory is bounded
/// (150 MB and less); up to 160,000 patches 384 wide are thinned in one go. Radii of successive thinnings add up.
/// </remarks>
internal sealed class PatchBuffer
{
    private const int MostValues = 160_000 * 384;
    private const int BlockRows = 1024; // blocks instead of one array that grows, of which there would be two at times

    private readonly int _width;
    private readonly int _keep;
    private readonly int _capacity;
    private readonly GoodSubspace _projection;
    private readonly CancellationToken _cancel;
    private readonly List<int> _owners = [];
    private readonly List<Half[]> _blocks = [];

    /// <param name="width">Width D of a row.</param>
    /// <param name="keep">Most rows that are kept at last.</param>
    /// <param name="cancel">Stops thinning.</param>
    /// <param name="mostValues">Rows times width that wait at most; not fewer than four times the rows that are kept.</param>
    public PatchBuffer(int width, int keep, CancellationToken cancel, int mostValues = MostValues)
    {
        (_width, _keep, _cancel) = (width, keep, cancel);
        _capacity = Math.Max(mostValues / width, 4 * keep);
        _projection = new GoodSubspace(new float[width], FarthestFirst.Projection(width), 1);
    }

    /// <summary>Takes rows [N, D] of an image.</summary>
    public void Add(int image, ReadOnlySpan<Half> rows)
    {
        for (var at = 0; at < rows.Length; at += _width)
        {
            if (_owners.Count == _capacity)
            {
                Thin(2 * _keep);
            }
            if (_owners.Count == _blocks.Count * BlockRows)
            {
                _blocks.Add(new Half[BlockRows * _width]);
            }
            _owners.Add(image);
            rows.Slice(at, _width).CopyTo(Row(_owners.Count - 1));
        }
    }

    /// <summary>The rows that are kept, in the order in which they came, and whose they are.</summary>
    public (float[] Rows, IReadOnlyList<int> Owners) Finish()
    {
        Thin(_keep);
        var rows = new float[_owners.Count * _width];
        for (var row = 0; row < _owners.Count; row++)
        {
            TensorPrimitives.ConvertToSingle(Row(row), rows.AsSpan(row * _width, _width));
        }
        return (rows, _owners);
    }

    private Span<Half> Row(int row) => _blocks[row / BlockRows].AsSpan(row % BlockRows * _width, _width);

    private void Thin(int keep)
    {
        if (_owners.Count <= keep)
        {
            return;
        }
        var projected = new float[_owners.Count * FarthestFirst.ProjectedWidth];
        for (var row = 0; row < _owners.Count; row += BlockRows)
        {
            var count = Math.Min(BlockRows, _owners.Count - row);
            var block = PatchLayers.Wide(_blocks[row / BlockRows].AsSpan(0, count * _width));
            _projection.Apply(block).CopyTo(projected, row * FarthestFirst.ProjectedWidth);
        }
        var chosen = FarthestFirst.Choose(projected, keep, _cancel);
        foreach (var (to, from) in chosen.Index())
        {
            // Chosen rows rise, so none is overwritten before it is moved.
            Row(from).CopyTo(Row(to));
            _owners[to] = _owners[from];
        }
        _owners.RemoveRange(chosen.Length, _owners.Count - chosen.Length);
        var needed = (chosen.Length + BlockRows - 1) / BlockRows;
        _blocks.RemoveRange(needed, _blocks.Count - needed);
    }
}
