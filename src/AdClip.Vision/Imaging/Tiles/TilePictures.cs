namespace AdClip.Vision.Imaging.Tiles;

/// <summary>Cuts a picture file into tiles at the model's size while it is being decoded.</summary>
/// <remarks>
/// The file is read once from the top in strips. Each source row is shrunk (or stretched) along x into every tile that it
/// crosses, so only the tiles of the rows at hand are held: about rows of tiles · columns of tiles · side · side · 3 bytes, and the
/// shrunk rows that one row of a tile's picture mixes.
/// A tile's pixels are the bits that cropping the decoded picture and resizing the crop would give.
/// </remarks>
public static class TilePictures
{
    /// <summary>Every tile of the plan once, row by row, each [side, side].</summary>
    /// <remarks>Lazy: decoding goes on as tiles are taken. One reader at a time.</remarks>
    /// <param name="path">The picture file.</param>
    /// <param name="plan">Made for the size of this picture.</param>
    /// <param name="side">Pixels along a side of the pictures wanted.</param>
    /// <param name="limits">What is accepted.</param>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public static IEnumerable<(int Index, PixelImage Picture)> Read(string path, TilePlan plan, int side, ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        using var rows = ImageDecoder.Open(path, limits);
        if (rows.Width != plan.ImageWidth || rows.Height != plan.ImageHeight)
        {
            throw new ArgumentException(
                $"The plan is for {plan.ImageWidth} x {plan.ImageHeight} pixels, the picture has {rows.Width} x {rows.Height}.", nameof(plan));
        }
        var (columns, tops) = (plan.Lefts.Count, plan.Tops);
        var open = new Queue<PictureBuilder[]>();
        var (begun, ended) = (0, 0);
        var rgb = new byte[rows.StripRows * rows.Width * 3];
        var alpha = rows.HasAlpha ? new byte[rows.StripRows * rows.Width] : [];
        var y = 0;
        for (var read = rows.Read(rgb, alpha); read > 0; read = rows.Read(rgb, alpha))
        {
            for (var i = 0; i < read;)
            {
                for (; begun < tops.Count && tops[begun] <= y; begun++)
                {
                    open.Enqueue([.. plan.Lefts.Select(_ => new PictureBuilder(rows, plan, side))]);
                }
                // As many rows as all the open tiles take before one ends or another begins.
                var count = read - i;
                count = begun < tops.Count ? Math.Min(count, tops[begun] - y) : count;
                count = open.Count > 0 ? Math.Min(count, tops[ended] + plan.TileHeight - y) : count;
                foreach (var tiles in open)
                {
                    for (var column = 0; column < columns; column++)
                    {
                        var left = plan.Lefts[column];
                        tiles[column].Take(
                            count,
                            rgb.AsSpan(((i * rows.Width) + left) * 3),
                            rows.HasAlpha ? alpha.AsSpan((i * rows.Width) + left) : []);
                    }
                }
                i += count;
                y += count;
                if (open.Count > 0 && y == tops[ended] + plan.TileHeight)
                {
                    var tiles = open.Dequeue();
                    for (var column = 0; column < columns; column++)
                    {
                        yield return ((ended * columns) + column, tiles[column].Finish());
                        // What was handed over need not wait for its neighbours.
                        tiles[column] = null!;
                    }
                    ended++;
                }
            }
        }
    }

    /// <summary>One tile being filled from the top.</summary>
    private sealed class PictureBuilder
    {
        private readonly RowSource _rows;
        private readonly int _side;
        private readonly Resampler.StreamedPass _colour;
        private readonly Resampler.StreamedPass? _opacity;

        public PictureBuilder(RowSource rows, TilePlan plan, int side)
        {
            (_rows, _side) = (rows, side);
            var filter = rows.Info.Indexed ? ResampleFilter.Nearest : ResampleFilter.Bicubic;
            _colour = new Resampler.StreamedPass(plan.TileWidth, plan.TileHeight, 3, side, side, filter);
            _opacity = rows.HasAlpha ? new Resampler.StreamedPass(plan.TileWidth, plan.TileHeight, 1, side, side, filter) : null;
        }

        /// <summary>The next rows; both begin at the tile's left edge and go on to the right of it.</summary>
        public void Take(int count, ReadOnlySpan<byte> rgb, ReadOnlySpan<byte> alpha)
        {
            _colour.Take(rgb, count, _rows.Width * 3);
            _opacity?.Take(alpha, count, _rows.Width);
        }

        public PixelImage Finish()
        {
            var rgb = _colour.Finish();
            if (_opacity is not null)
            {
                Resampler.Divide(rgb, _opacity.Finish());
            }
            return new PixelImage(_side, _side, rgb, null, _rows.Info.Indexed, _rows.SignificantBits);
        }
    }
}
