using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Metrics;

/// <summary>The 8-connected regions of a defect mask.</summary>
public sealed class DefectRegions
{
    private DefectRegions(int[] labels, int[] sizes)
    {
        Labels = labels;
        Sizes = sizes;
    }

    /// <summary>Region of each pixel, row-major: -1 where sound, else an index into <see cref="Sizes"/>.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>Pixels in each region, in the order in which a row-major scan meets them.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>The box around each region, in the order of <see cref="Sizes"/>.</summary>
    /// <param name="width">Columns of the mask.</param>
    public PixelBounds[] Bounds(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var bounds = new PixelBounds[Sizes.Count];
        var labels = Labels.Span;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0)
            {
                continue;
            }
            ref var box = ref bounds[labels[i]];
            int x = i % width, y = i / width;
            if (box.Width == 0)
            {
                box = new(x, y, 1, 1);
                continue;
            }
            var left = Math.Min(box.X, x);
            // A row-major scan meets the topmost row first.
            box = new(left, box.Y, Math.Max(box.X + box.Width, x + 1) - left, y + 1 - box.Y);
        }
        return bounds;
    }

    /// <summary>Finds the regions of <paramref name="mask"/> [height, width]: non-zero = defect, diagonal neighbours touch.</summary>
    public static DefectRegions Find(ReadOnlySpan<byte> mask, int width, int height)
    {
        return Find(mask, width, height, new int[mask.Length]);
    }

    /// <summary>The same into an array of the caller's, which the result then holds: for one mask after another without garbage.</summary>
    internal static DefectRegions Find(ReadOnlySpan<byte> mask, int width, int height, int[] labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)mask.Length, (long)width * height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, mask.Length);
        Array.Fill(labels, -1);
        List<int> sizes = [];
        Stack<int> toVisit = new();
        for (var start = 0; start < mask.Length; start++)
        {
            if (mask[start] == 0 || labels[start] >= 0)
            {
                continue;
            }
            var region = sizes.Count;
            var size = 0;
            labels[start] = region;
            toVisit.Push(start);
            while (toVisit.TryPop(out var pixel))
            {
                size++;
                int x = pixel % width, y = pixel / width;
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                    {
                        var neighbour = ny * width + nx;
                        if (mask[neighbour] != 0 && labels[neighbour] < 0)
                        {
                            labels[neighbour] = region;
                            toVisit.Push(neighbour);
                        }
                    }
                }
            }
            sizes.Add(size);
        }
        return new(labels, [.. sizes]);
    }
}
