using System.Text;

namespace AdClip.Vision.GroundTruth;

/// <summary>COCO run lengths: the lossless text form of a <see cref="Mask"/>.</summary>
/// <remarks>
/// Runs alternate between pixels outside and inside the mask, first outside (possibly 0), scanning column after column
/// (x outer, y inner). The string form writes each run (from the fourth on its difference to the run two before) in
/// groups of 5 bits, least significant first, bit 5 = "more follows", bit 4 of the last group = sign, as the character
/// with code 48 + group. Source: rleToString and rleFrString of the COCO API (maskApi).
/// </remarks>
public static class RunLengths
{
    private const int FirstCharacter = 48;
    private const int MostGroups = 12; // 60 bits hold any run of an image that fits in memory

    /// <summary>The compressed string of <paramref name="mask"/>.</summary>
    public static string Encode(Mask mask) => EncodeCounts(CountsOf(mask));

    /// <summary>The mask that <paramref name="counts"/> describes.</summary>
    /// <exception cref="RefusedInputException">The string is damaged or its runs do not add up to the image.</exception>
    public static Mask Decode(string counts, int width, int height) => MaskOf(DecodeCounts(counts), width, height);

    /// <summary>Column-major runs of <paramref name="mask"/>, first those outside it.</summary>
    public static List<long> CountsOf(Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        List<long> counts = [];
        var inside = false;
        var run = 0L;
        for (var x = 0; x < mask.Width; x++)
        {
            for (var tileY = 0; tileY < mask.Height; tileY += Mask.TileSide)
            {
                var rows = Math.Min(Mask.TileSide, mask.Height - tileY);
                var tile = mask.TileWords(x, tileY);
                var word = x % Mask.TileSide / 64;
                for (var y = 0; y < rows; y++)
                {
                    if (tile.IsEmpty && !inside)
                    {
                        run += rows;
                        break;
                    }
                    var set = !tile.IsEmpty && (tile[y * (Mask.TileSide / 64) + word] >> (x & 63) & 1) != 0;
                    if (set != inside)
                    {
                        counts.Add(run);
                        (run, inside) = (0, set);
                        if (tile.IsEmpty)
                        {
                            run += rows - y;
                            break;
                        }
                    }
                    run++;
                }
            }
        }
        counts.Add(run);
        return counts;
    }

    /// <summary>The mask whose column-major runs are <paramref name="counts"/>.</summary>
    /// <exception cref="RefusedInputException">The runs do not add up to the image.</exception>
    public static Mask MaskOf(IReadOnlyList<long> counts, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var mask = new Mask(width, height);
        var pixels = (long)width * height;
        var total = (Int128)0;
        foreach (var count in counts)
        {
            total += count;
        }
        if (total != pixels)
        {
            throw new RefusedInputException(
                RefusalCode.RunLengthsWrongTotal,
                $"The runs of this mask add up to {total} pixels, but its image has {pixels}: the size or the runs are damaged. Export the mask again.",
                total.ToString(System.Globalization.CultureInfo.InvariantCulture), pixels);
        }
        var position = 0L;
        for (var i = 0; i < counts.Count; i++)
        {
            if (i % 2 == 1)
            {
                for (var p = position; p < position + counts[i]; p++)
                {
                    mask[(int)(p / height), (int)(p % height)] = true;
                }
            }
            position += counts[i];
        }
        return mask;
    }

    /// <summary>The compressed string of <paramref name="counts"/>.</summary>
    public static string EncodeCounts(IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var text = new StringBuilder();
        for (var i = 0; i < counts.Count; i++)
        {
            var value = counts[i];
            if (i > 2)
            {
                value -= counts[i - 2];
            }
            bool more;
            do
            {
                var group = (int)(value & 31);
                value >>= 5;
                more = (group & 16) != 0 ? value != -1 : value != 0;
                text.Append((char)(FirstCharacter + (more ? group | 32 : group)));
            }
            while (more);
        }
        return text.ToString();
    }

    /// <summary>The runs that <paramref name="counts"/> spells; none is negative.</summary>
    /// <exception cref="RefusedInputException">A character is impossible, a run ends too soon or is negative.</exception>
    public static List<long> DecodeCounts(string counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        List<long> runs = [];
        for (var at = 0; at < counts.Length;)
        {
            var start = at;
            var value = 0L;
            var shift = 0;
            bool more;
            do
            {
                if (at == counts.Length || at - start == MostGroups || counts[at] - FirstCharacter is < 0 or > 63)
                {
                    throw Damaged(at);
                }
                var group = counts[at++] - FirstCharacter;
                value |= (long)(group & 31) << shift;
                shift += 5;
                more = (group & 32) != 0;
                if (!more && (group & 16) != 0)
                {
                    value |= -1L << shift;
                }
            }
            while (more);
            if (runs.Count > 2)
            {
                value += runs[^2];
            }
            if (value < 0)
            {
                throw Damaged(start);
            }
            runs.Add(value);
        }
        return runs;
    }

    private static RefusedInputException Damaged(int position) => new(
        RefusalCode.RunLengthsDamaged,
        $"The run-length text of this mask is damaged at character {position}. Export the mask again.",
        position);
}
