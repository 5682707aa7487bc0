using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Keeps few of many rows so that every row left out is near one that is kept.</summary>
/// <remarks>
/// Greedy k-centre (Gonzalez 1985; as PatchCore thins, Roth et al., CVPR 2022, section 3.2) on a random projection to 32 coordinates: again
/// and again the row that is farthest from all rows chosen so far; the first row begins. Distances only shrink, so the next rows are found among
/// those that are farthest now, as long as one of these stays farther than all others were; only then are all rows compared with the new
/// centres, which takes each row from memory once for many of them. The choice is that of the plain search, to the row. One thread,
/// sums in the order of the coordinates: the same choice everywhere.
/// </remarks>
internal static class FarthestFirst
{
    /// <summary>Coordinates of a projected row.</summary>
    public const int ProjectedWidth = 32;

    private const int Lanes = 16;
    private const int Centres = 4;
    private const int Seed = 20261201;
    private const int Candidates = 4096;
    private const int SampleStep = 16;

    /// <summary>Which rows are kept, rising: all where there are no more than wanted.</summary>
    /// <param name="projected">Rows [N, 32] by <see cref="Projection"/>.</param>
    /// <param name="keep">Most rows kept.</param>
    /// <param name="cancel">Asked now and then.</param>
    public static int[] Choose(float[] projected, int keep, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var count = projected.Length / ProjectedWidth;
        int[] all = [.. Enumerable.Range(0, count)];
        if (count <= keep)
        {
            return all;
        }
        var rows = new Blocks(projected, all);
        List<int> chosen = [0];
        rows.Near(projected, chosen);
        while (chosen.Count < keep)
        {
            cancel.ThrowIfCancellationRequested();
            var batch = Next(projected, rows.Distances.AsSpan(0, count), keep - chosen.Count);
            rows.Near(projected, batch);
            chosen.AddRange(batch);
        }
        chosen.Sort();
        return [.. chosen];
    }

    /// <summary>A fixed random projection [32, D] of signs: distances are kept on average.</summary>
    /// <remarks>Achlioptas, Database-friendly random projections, 2003: signs do as well as normal numbers, and are the same bits everywhere.</remarks>
    public static float[] Projection(int width)
    {
        var random = new Random(Seed);
        var size = 1 / MathF.Sqrt(ProjectedWidth);
        var matrix = new float[ProjectedWidth * width];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i] = random.Next(2) == 0 ? size : -size;
        }
        return matrix;
    }

    // The next rows that the plain search would choose, at least one, at most so many. Distances are those to all rows chosen before.
    private static List<int> Next(float[] projected, ReadOnlySpan<float> distances, int most)
    {
        var limit = Limit(distances);
        List<int> rows = [];
        for (var row = 0; row < distances.Length; row++)
        {
            if (distances[row] > limit)
            {
                rows.Add(row);
            }
        }
        if (rows.Count == 0)
        {
            return [TensorPrimitives.IndexOfMax(distances)];
        }
        var candidates = new Blocks(projected, rows);
        foreach (var (place, row) in rows.Index())
        {
            candidates.Distances[place] = distances[row];
        }
        List<int> next = [];
        while (next.Count < most)
        {
            var farthest = TensorPrimitives.IndexOfMax(candidates.Distances);
            if (candidates.Distances[farthest] <= limit)
            {
                break;
            }
            next.Add(rows[farthest]);
            candidates.Near(projected, [rows[farthest]]);
            // The centre's own distance is 0 by now; of equal rows, none is chosen twice.
            candidates.Distances[farthest] = -1;
        }
        return next;
    }

    // About so many rows are farther than this.
    private static float Limit(ReadOnlySpan<float> distances)
    {
        if (distances.Length <= Candidates)
        {
            return -0.5f;
        }
        var sample = new float[(distances.Length + SampleStep - 1) / SampleStep];
        for (var i = 0; i < sample.Length; i++)
        {
            sample[i] = distances[i * SampleStep];
        }
        Array.Sort(sample);
        return Math.Max(-0.5f, sample[^Math.Min(sample.Length, Candidates / SampleStep)]);
    }

    /// <summary>Rows in blocks of 16, coordinate by coordinate, and how far each is from the centres so far; squared.</summary>
    private sealed class Blocks
    {
        private readonly float[] _values;
        private readonly IReadOnlyList<int> _rows;

        public Blocks(float[] projected, IReadOnlyList<int> rows)
        {
            _rows = rows;
            var blocks = (rows.Count + Lanes - 1) / Lanes;
            _values = new float[blocks * Lanes * ProjectedWidth];
            Distances = new float[blocks * Lanes];
            Array.Fill(Distances, float.PositiveInfinity, 0, rows.Count);
            Array.Fill(Distances, -1, rows.Count, Distances.Length - rows.Count);
            for (var place = 0; place < rows.Count; place++)
            {
                var block = _values.AsSpan(place / Lanes * Lanes * ProjectedWidth);
                for (var d = 0; d < ProjectedWidth; d++)
                {
                    block[(d * Lanes) + (place % Lanes)] = projected[(rows[place] * ProjectedWidth) + d];
                }
            }
        }

        /// <summary>By place in the blocks; -1 for rows that were chosen, and for places without a row.</summary>
        public float[] Distances { get; }

        /// <summary>Takes in new centres, which are rows; where all rows are held, they are marked as chosen.</summary>
        public void Near(float[] projected, List<int> centres)
        {
            // Filled up with the last one, which changes no minimum.
            var wanted = new float[(centres.Count + Centres - 1) / Centres * Centres * ProjectedWidth];
            for (var i = 0; i < wanted.Length / ProjectedWidth; i++)
            {
                var centre = centres[Math.Min(i, centres.Count - 1)];
                projected.AsSpan(centre * ProjectedWidth, ProjectedWidth).CopyTo(wanted.AsSpan(i * ProjectedWidth));
            }
            for (var block = 0; block < Distances.Length; block += Lanes)
            {
                var nearest = Vector512.LoadUnsafe(ref Distances[block]);
                for (var i = 0; i < wanted.Length; i += Centres * ProjectedWidth)
                {
                    nearest = Vector512.Min(nearest, Least(ref _values[block * ProjectedWidth], ref wanted[i]));
                }
                nearest.StoreUnsafe(ref Distances[block]);
            }
            foreach (var centre in centres)
            {
                if (centre < _rows.Count && _rows[centre] == centre)
                {
                    Distances[centre] = -1;
                }
            }
        }

        // Of 16 rows, the squared distance to the nearest of four centres.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Least(ref float rows, ref float centres)
        {
            Vector512<float> a = default, b = default, c = default, d = default;
            for (nuint i = 0; i < ProjectedWidth; i++)
            {
                var row = Vector512.LoadUnsafe(ref rows, i * Lanes);
                var toA = row - Vector512.Create(Unsafe.Add(ref centres, i));
                var toB = row - Vector512.Create(Unsafe.Add(ref centres, i + ProjectedWidth));
                var toC = row - Vector512.Create(Unsafe.Add(ref centres, i + (2 * ProjectedWidth)));
                var toD = row - Vector512.Create(Unsafe.Add(ref centres, i + (3 * ProjectedWidth)));
                a = Vector512.FusedMultiplyAdd(toA, toA, a);
                b = Vector512.FusedMultiplyAdd(toB, toB, b);
                c = Vector512.FusedMultiplyAdd(toC, toC, c);
                d = Vector512.FusedMultiplyAdd(toD, toD, d);
            }
            return Vector512.Min(Vector512.Min(a, b), Vector512.Min(c, d));
        }
    }
}
