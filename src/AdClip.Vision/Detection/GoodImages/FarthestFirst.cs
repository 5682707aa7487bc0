using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>Keeps few of many rows so that every row left out is near one that is kept.</summary>
/// <remarks>
/// Greedy k-centre (Gonzalez 1985; as PatchCore thins, Roth et al., CVPR 2022, section 3.2) on a random projection to 32 coordinates: again
/// and again the row that is farthest from all rows chosen so far, the first row begins. The rows chosen are those of the plain search:
/// a row is only passed over where the triangle inequality leaves no doubt, rounding included, that the new centre is farther from it
/// than its own. One thread, sums of a fixed width: the same choice everywhere. About 2 seconds for 5,000 of 125,000.
/// </remarks>
internal static class FarthestFirst
{
    /// <summary>Coordinates of a projected row.</summary>
    public const int ProjectedWidth = 32;

    private const int Lanes = 16;
    private const int Seed = 20261201;

    // Distances are right to some 1e-6 of themselves.
    private const float Margin = 1 + 1e-4f;

    /// <summary>Which rows are kept, rising: all where there are no more than wanted.</summary>
    /// <param name="projected">Rows [N, 32] by <see cref="Projection"/>.</param>
    /// <param name="keep">Most rows kept.</param>
    /// <param name="cancel">Asked now and then.</param>
    public static int[] Choose(float[] projected, int keep, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var count = projected.Length / ProjectedWidth;
        if (count <= keep)
        {
            return [.. Enumerable.Range(0, count)];
        }
        var chosen = new int[keep];
        var nearest = new int[count]; // the centre of each row, by its place in the list of those chosen
        var distances = new float[count];
        Array.Fill(distances, float.PositiveInfinity);
        var limits = new float[keep];
        for (var i = 0; i < keep; i++)
        {
            if (i % 64 == 0)
            {
                cancel.ThrowIfCancellationRequested();
            }
            var centre = chosen[i];
            for (var other = 0; other < i; other++)
            {
                // A row nearer to the other centre than half the way between both is farther from the new one.
                limits[other] = Squared(projected, chosen[other], centre) / (4 * Margin);
            }
            var next = Assign(projected, centre, i, nearest, distances, limits);
            if (i + 1 < keep)
            {
                chosen[i + 1] = next;
            }
        }
        Array.Sort(chosen);
        return chosen;
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

    // Gives rows that are nearer to the new centre to it; says which row is now the farthest from its own.
    private static int Assign(float[] projected, int centre, int number, int[] nearest, float[] distances, float[] limits)
    {
        ref var rows = ref MemoryMarshal.GetArrayDataReference(projected);
        ref var limit = ref MemoryMarshal.GetArrayDataReference(limits);
        var low = Vector512.LoadUnsafe(ref rows, (nuint)centre * ProjectedWidth);
        var high = Vector512.LoadUnsafe(ref rows, ((nuint)centre * ProjectedWidth) + Lanes);
        // Chosen rows stand at -1 and are never chosen twice, not even where rows are equal.
        distances[centre] = -1;
        var (farthest, most) = (0, float.NegativeInfinity);
        for (var row = 0; row < distances.Length; row++)
        {
            var distance = distances[row];
            if (number == 0 ? distance >= 0 : distance > Unsafe.Add(ref limit, nearest[row]))
            {
                var at = (nuint)row * ProjectedWidth;
                var own = Sum(Vector512.LoadUnsafe(ref rows, at) - low, Vector512.LoadUnsafe(ref rows, at + Lanes) - high);
                if (own < distance)
                {
                    distances[row] = distance = own;
                    nearest[row] = number;
                }
            }
            if (distance > most)
            {
                (farthest, most) = (row, distance);
            }
        }
        return farthest;
    }

    private static float Squared(float[] rows, int one, int other)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(rows);
        var (a, b) = ((nuint)one * ProjectedWidth, (nuint)other * ProjectedWidth);
        return Sum(
            Vector512.LoadUnsafe(ref start, a) - Vector512.LoadUnsafe(ref start, b),
            Vector512.LoadUnsafe(ref start, a + Lanes) - Vector512.LoadUnsafe(ref start, b + Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector512<float> low, Vector512<float> high)
    {
        var squares = Vector512.FusedMultiplyAdd(high, high, low * low);
        var half = squares.GetLower() + squares.GetUpper();
        var quarter = half.GetLower() + half.GetUpper();
        var pair = quarter + Vector128.Shuffle(quarter, Vector128.Create(2, 3, 0, 1));
        return pair[0] + pair[1];
    }
}
