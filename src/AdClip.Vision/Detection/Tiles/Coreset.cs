using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.Tiles;

/// <summary>Keeps few of many patches so that every patch left out is near one that is kept.</summary>
/// <remarks>
/// Greedy k-center on randomly projected patches, as in PatchCore (Roth et al., CVPR 2022, section 3.2). Patches arrive in any
/// number; whenever the buffer is full it is thinned to the number wanted, so memory is bounded. Every thinning is within twice
/// the best possible radius for what it saw, and the radii of successive thinnings add up. Deterministic: the projection has a
/// fixed seed, and the first patch is always kept. As long as no more than the number wanted arrive, all are kept unchanged.
/// </remarks>
internal sealed class Coreset
{
    private const int ProjectedWidth = 64;
    private const int BufferFactor = 4;
    private const int Seed = 111;

    private readonly int _width;
    private readonly int _keep;
    private readonly float[] _projection;
    private readonly List<float[]> _rows = [];

    /// <param name="width">Width D of a patch.</param>
    /// <param name="keep">Most patches kept.</param>
    public Coreset(int width, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        (_width, _keep) = (width, keep);
        _projection = width <= ProjectedWidth ? [] : Projection(width);
    }

    /// <summary>Takes unit rows [N, D]; they are copied.</summary>
    public void Add(ReadOnlySpan<float> unitRows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(unitRows.Length % _width, 0);
        for (var at = 0; at < unitRows.Length; at += _width)
        {
            if (_rows.Count >= BufferFactor * _keep)
            {
                Thin();
            }
            _rows.Add(unitRows.Slice(at, _width).ToArray());
        }
    }

    /// <summary>Which of these unit rows [N, D] would be kept, rising; all where there are no more than the number wanted.</summary>
    public int[] Choose(float[] unitRows)
    {
        var count = unitRows.Length / _width;
        return count <= _keep
            ? [.. Enumerable.Range(0, count)]
            : [.. Centres([.. Enumerable.Range(0, count).Select(row => Project(unitRows[(row * _width)..((row + 1) * _width)]))], _keep).Order()];
    }

    /// <summary>The rows kept: [up to keep, D].</summary>
    public float[] Rows()
    {
        Thin();
        var rows = new float[_rows.Count * _width];
        foreach (var (i, row) in _rows.Index())
        {
            row.CopyTo(rows, i * _width);
        }
        return rows;
    }

    private void Thin()
    {
        if (_rows.Count <= _keep)
        {
            return;
        }
        int[] centres = [.. Centres(_rows.ConvertAll(Project), _keep).Order()];
        float[][] kept = [.. centres.Select(centre => _rows[centre])];
        _rows.Clear();
        _rows.AddRange(kept);
    }

    /// <summary>Greedy k-center: again and again the row that is farthest from all rows chosen so far; the first row begins.</summary>
    internal static int[] Centres(IReadOnlyList<float[]> rows, int count)
    {
        var chosen = new int[Math.Min(count, rows.Count)];
        var distances = new float[rows.Count];
        Array.Fill(distances, float.PositiveInfinity);
        for (var i = 0; i < chosen.Length; i++)
        {
            if (i > 0)
            {
                chosen[i] = TensorPrimitives.IndexOfMax(distances);
            }
            var centre = rows[chosen[i]];
            for (var row = 0; row < distances.Length; row++)
            {
                // Chosen rows stand at -1 and are never chosen twice, not even where rows are equal.
                distances[row] = distances[row] < 0 ? -1 : MathF.Min(distances[row], Squared(rows[row], centre));
            }
            distances[chosen[i]] = -1;
        }
        return chosen;
    }

    private static float Squared(float[] a, float[] b)
    {
        var distance = TensorPrimitives.Distance<float>(a, b);
        return distance * distance;
    }

    private float[] Project(float[] row)
    {
        if (_projection.Length == 0)
        {
            return row;
        }
        var projected = new float[ProjectedWidth];
        for (var i = 0; i < projected.Length; i++)
        {
            projected[i] = TensorPrimitives.Dot(row, _projection.AsSpan(i * _width, _width));
        }
        return projected;
    }

    // Normal numbers by Box and Muller: distances are kept on average.
    private static float[] Projection(int width)
    {
        var random = new Random(Seed);
        var matrix = new float[ProjectedWidth * width];
        for (var i = 0; i < matrix.Length; i++)
        {
            var (radius, angle) = (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), 2 * Math.PI * random.NextDouble());
            matrix[i] = (float)(radius * Math.Cos(angle) / Math.Sqrt(ProjectedWidth));
        }
        return matrix;
    }
}
