using System.Numerics;

namespace AdClip.Vision.GroundTruth;

/// <summary>An exact set of pixels of one image: a bitset in sparse tiles of 256 x 256 pixels.</summary>
/// <remarks>
/// Frame "stored image": x right, y down, (0, 0) the top-left pixel. A tile exists only while something was set in its
/// area, so a scratch on a 20-megapixel image costs a few kilobytes. Equality is that of the pixels. Not thread-safe
/// while it is being changed.
/// </remarks>
public sealed class Mask : IEquatable<Mask>
{
    /// <summary>Side of a tile, in pixels.</summary>
    public const int TileSide = 256;

    private const int WordsInRow = TileSide / 64;
    private const int WordsInTile = TileSide * WordsInRow;

    private readonly ulong[]?[] _tiles;
    private readonly int _tileColumns;

    /// <summary>An empty mask for an image of <paramref name="width"/> by <paramref name="height"/> pixels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public Mask(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Width = width;
        Height = height;
        _tileColumns = (width + TileSide - 1) / TileSide;
        _tiles = new ulong[]?[_tileColumns * ((height + TileSide - 1) / TileSide)];
    }

    /// <summary>Pixels in a row of the image.</summary>
    public int Width { get; }

    /// <summary>Rows of the image.</summary>
    public int Height { get; }

    /// <summary>Whether pixel (<paramref name="x"/>, <paramref name="y"/>) belongs to the mask.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pixel is outside the image.</exception>
    public bool this[int x, int y]
    {
        get
        {
            CheckPixel(x, y);
            return TileAt(x, y) is { } tile && (tile[WordOf(x, y)] >> (x & 63) & 1) != 0;
        }
        set
        {
            CheckPixel(x, y);
            if (value)
            {
                EnsureTile(x, y)[WordOf(x, y)] |= 1UL << (x & 63);
            }
            else if (TileAt(x, y) is { } tile)
            {
                tile[WordOf(x, y)] &= ~(1UL << (x & 63));
            }
        }
    }

    /// <summary>Pixels in the mask.</summary>
    public long Count()
    {
        var count = 0L;
        foreach (var tile in _tiles)
        {
            if (tile is not null)
            {
                foreach (var word in tile)
                {
                    count += BitOperations.PopCount(word);
                }
            }
        }
        return count;
    }

    /// <summary>Whether the mask holds no pixel.</summary>
    public bool IsEmpty()
    {
        return Array.TrueForAll(_tiles, tile => tile is null || !tile.AsSpan().ContainsAnyExcept(0UL));
    }

    /// <summary>Adds the pixels [<paramref name="fromX"/>, <paramref name="toX"/>) of row <paramref name="y"/>, cut to the image.</summary>
    public void FillRow(int y, int fromX, int toX)
    {
        fromX = Math.Max(fromX, 0);
        toX = Math.Min(toX, Width);
        if (y < 0 || y >= Height)
        {
            return;
        }
        for (var x = fromX; x < toX;)
        {
            var end = Math.Min(toX, (x & ~63) + 64);
            var bits = end - x == 64 ? ulong.MaxValue : ((1UL << (end - x)) - 1) << (x & 63);
            EnsureTile(x, y)[WordOf(x, y)] |= bits;
            x = end;
        }
    }

    /// <summary>Adds every pixel of <paramref name="other"/>.</summary>
    /// <exception cref="ArgumentException">The masks belong to images of different sizes.</exception>
    public void UnionWith(Mask other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Width != Width || other.Height != Height)
        {
            throw new ArgumentException($"Masks of {Width} x {Height} and {other.Width} x {other.Height} pixels have no union.", nameof(other));
        }
        for (var t = 0; t < _tiles.Length; t++)
        {
            if (other._tiles[t] is not { } theirs)
            {
                continue;
            }
            var ours = _tiles[t] ??= new ulong[WordsInTile];
            for (var w = 0; w < WordsInTile; w++)
            {
                ours[w] |= theirs[w];
            }
        }
    }

    /// <summary>Takes every pixel of <paramref name="other"/> away.</summary>
    /// <exception cref="ArgumentException">The masks belong to images of different sizes.</exception>
    public void ExceptWith(Mask other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Width != Width || other.Height != Height)
        {
            throw new ArgumentException($"Masks of {Width} x {Height} and {other.Width} x {other.Height} pixels have no difference.", nameof(other));
        }
        for (var t = 0; t < _tiles.Length; t++)
        {
            if (_tiles[t] is { } ours && other._tiles[t] is { } theirs)
            {
                for (var w = 0; w < WordsInTile; w++)
                {
                    ours[w] &= ~theirs[w];
                }
            }
        }
    }

    /// <summary>The smallest rectangle that holds every pixel; null for an empty mask.</summary>
    public PixelBounds? Bounds()
    {
        int left = int.MaxValue, top = int.MaxValue, right = -1, bottom = -1;
        for (var t = 0; t < _tiles.Length; t++)
        {
            if (_tiles[t] is not { } tile)
            {
                continue;
            }
            int tileX = t % _tileColumns * TileSide, tileY = t / _tileColumns * TileSide;
            for (var w = 0; w < WordsInTile; w++)
            {
                if (tile[w] == 0)
                {
                    continue;
                }
                var wordX = tileX + w % WordsInRow * 64;
                var y = tileY + w / WordsInRow;
                left = Math.Min(left, wordX + BitOperations.TrailingZeroCount(tile[w]));
                right = Math.Max(right, wordX + 63 - BitOperations.LeadingZeroCount(tile[w]));
                top = Math.Min(top, y);
                bottom = Math.Max(bottom, y);
            }
        }
        return right < 0 ? null : new PixelBounds(left, top, right - left + 1, bottom - top + 1);
    }

    /// <summary>Writes <paramref name="value"/> for a pixel of row <paramref name="y"/> in the mask and 0 for any other.</summary>
    /// <param name="y">Row, from 0.</param>
    /// <param name="value">What stands for the mask.</param>
    /// <param name="row">[Width].</param>
    internal void RowTo(int y, byte value, Span<byte> row)
    {
        row.Clear();
        for (var tileX = 0; tileX < Width; tileX += TileSide)
        {
            if (TileAt(tileX, y) is not { } tile)
            {
                continue;
            }
            for (var x = tileX; x < Math.Min(Width, tileX + TileSide); x += 64)
            {
                for (var bits = tile[WordOf(x, y)]; bits != 0; bits &= bits - 1)
                {
                    row[x + BitOperations.TrailingZeroCount(bits)] = value;
                }
            }
        }
    }

    /// <summary>Writes 1 for a pixel in the mask and 0 for any other, row by row.</summary>
    /// <param name="pixels">Row-major: [Height, Width].</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public void ToRowMajor(Span<byte> pixels)
    {
        CheckLength(pixels.Length);
        pixels.Clear();
        for (var t = 0; t < _tiles.Length; t++)
        {
            if (_tiles[t] is not { } tile)
            {
                continue;
            }
            int tileX = t % _tileColumns * TileSide, tileY = t / _tileColumns * TileSide;
            for (var w = 0; w < WordsInTile; w++)
            {
                for (var bits = tile[w]; bits != 0; bits &= bits - 1)
                {
                    var x = tileX + w % WordsInRow * 64 + BitOperations.TrailingZeroCount(bits);
                    pixels[(tileY + w / WordsInRow) * Width + x] = 1;
                }
            }
        }
    }

    /// <summary>The mask whose pixels are those that are not zero in <paramref name="pixels"/>.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">Row-major: [height, width].</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public static Mask FromRowMajor(int width, int height, ReadOnlySpan<byte> pixels)
    {
        var mask = new Mask(width, height);
        mask.CheckLength(pixels.Length);
        for (var y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * width, width);
            for (var x = 0; x < width;)
            {
                var start = row[x..].IndexOfAnyExcept((byte)0);
                if (start < 0)
                {
                    break;
                }
                x += start;
                var length = row[x..].IndexOf((byte)0);
                var end = length < 0 ? width : x + length;
                mask.FillRow(y, x, end);
                x = end;
            }
        }
        return mask;
    }

    /// <inheritdoc/>
    public bool Equals(Mask? other)
    {
        if (other is null || other.Width != Width || other.Height != Height)
        {
            return false;
        }
        for (var t = 0; t < _tiles.Length; t++)
        {
            var same = (_tiles[t], other._tiles[t]) switch
            {
                (null, null) => true,
                ({ } ours, null) => !ours.AsSpan().ContainsAnyExcept(0UL),
                (null, { } theirs) => !theirs.AsSpan().ContainsAnyExcept(0UL),
                ({ } ours, { } theirs) => ours.AsSpan().SequenceEqual(theirs),
            };
            if (!same)
            {
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Mask);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, Count());

    /// <summary>
    /// The tile that covers column <paramref name="x"/> and row <paramref name="y"/>, as 4 words a row with the least
    /// significant bit leftmost; empty where nothing was ever set.
    /// </summary>
    internal ReadOnlySpan<ulong> TileWords(int x, int y) => TileAt(x, y);

    private ulong[]? TileAt(int x, int y) => _tiles[y / TileSide * _tileColumns + x / TileSide];

    private ulong[] EnsureTile(int x, int y) => _tiles[y / TileSide * _tileColumns + x / TileSide] ??= new ulong[WordsInTile];

    private static int WordOf(int x, int y) => y % TileSide * WordsInRow + x % TileSide / 64;

    private void CheckPixel(int x, int y)
    {
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height)
        {
            throw new ArgumentOutOfRangeException(nameof(x), $"Pixel ({x}, {y}) is outside an image of {Width} x {Height}.");
        }
    }

    private void CheckLength(int length)
    {
        if (length != (long)Width * Height)
        {
            throw new ArgumentException($"{Width} x {Height} pixels need {(long)Width * Height} bytes; got {length}.");
        }
    }
}
