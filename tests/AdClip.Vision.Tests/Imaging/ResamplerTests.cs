using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData(1, 37, 23, 11, 50, ResampleFilter.Bicubic)]
    [InlineData(3, 37, 23, 11, 50, ResampleFilter.Bicubic)]
    [InlineData(3, 5, 4, 64, 3, ResampleFilter.Bilinear)]
    [InlineData(1, 5, 4, 64, 3, ResampleFilter.Bilinear)]
    [InlineData(3, 4000, 3, 64, 64, ResampleFilter.Bicubic)]
    public void Resize_RandomPixels_SameAsThePlainFormula(int channels, int width, int height, int outWidth, int outHeight, ResampleFilter filter)
    {
        var source = new byte[width * height * channels];
        new Random(3).NextBytes(source);

        var resized = Resampler.Resize(source, width, height, channels, outWidth, outHeight, filter);

        Assert.Equal(Plain(source, width, height, channels, outWidth, outHeight, filter), resized);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void StreamedPass_RandomSizesInRandomStrips_SameAsThePlainFormula(int seed, bool portable)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            // Now and then a side stays as it is, and pixels are all black or white, so that sums leave 0 to 255.
            var (width, height, channels) = (random.Next(1, 90), random.Next(1, 90), random.Next(2) == 0 ? 1 : 3);
            var (outWidth, outHeight) = (random.Next(5) == 0 ? width : random.Next(1, 70), random.Next(5) == 0 ? height : random.Next(1, 70));
            var filter = (ResampleFilter)random.Next(3);
            var pitch = width * channels + random.Next(2) * random.Next(40);
            var extreme = random.Next(2) == 0;
            var strip = new byte[height * pitch];
            random.NextBytes(strip);
            if (extreme)
            {
                strip = [.. strip.Select(value => value < 128 ? (byte)0 : (byte)255)];
            }

            var pass = new Resampler.StreamedPass(width, height, channels, outWidth, outHeight, filter, portable);
            for (var y = 0; y < height;)
            {
                var count = Math.Min(random.Next(1, 12), height - y);
                pass.Take(strip.AsSpan(y * pitch), count, pitch);
                y += count;
            }

            byte[] source = [.. Enumerable.Range(0, height).SelectMany(y => strip.Skip(y * pitch).Take(width * channels))];
            var wanted = Plain(source, width, height, channels, outWidth, outHeight, filter);
            Assert.True(
                wanted.AsSpan().SequenceEqual(pass.Finish()),
                $"{width} x {height} x {channels} to {outWidth} x {outHeight}, {filter}, round {round}");
        }
    }

    [Fact]
    public void Finish_RowsMissing_Throws()
    {
        var pass = new Resampler.StreamedPass(8, 8, 3, 4, 4, ResampleFilter.Bicubic);
        pass.Take(new byte[7 * 8 * 3]);

        Assert.Throws<InvalidOperationException>(pass.Finish);
    }

    [Fact]
    public void Resize_SameSize_Copy()
    {
        byte[] source = [1, 2, 3, 4, 5, 6];

        Assert.Equal(source, Resampler.Resize(source, 3, 2, 1, 3, 2, ResampleFilter.Bicubic));
    }

    private static byte[] Plain(byte[] source, int width, int height, int channels, int outWidth, int outHeight, ResampleFilter filter)
    {
        var turned = Turn(PlainAcross(source, height, width, channels, outWidth, filter), height, outWidth, channels);
        return Turn(PlainAcross(turned, outWidth, height, channels, outHeight, filter), outWidth, outHeight, channels);
    }

    /// <summary>One pass along x, in plain words; left out where the size stays.</summary>
    private static byte[] PlainAcross(byte[] source, int rows, int width, int channels, int outWidth, ResampleFilter filter)
    {
        if (width == outWidth)
        {
            return source;
        }
        var q = (double)width / outWidth;
        var f = Math.Max(q, 1);
        var support = filter == ResampleFilter.Bicubic ? 2 * f : f;
        var result = new byte[rows * outWidth * channels];
        var position = q * 0.5;
        for (var x = 0; x < outWidth; x++, position += q)
        {
            var centre = (x + 0.5) * q;
            var taps = Enumerable.Range(0, width)
                .Where(j => j >= (int)(centre - support + 0.5) && j < (int)(centre + support + 0.5))
                .Select(j => (Index: j, Weight: Kernel((j - centre + 0.5) * (1 / f), filter)))
                .ToArray();
            var sum = 0.0;
            foreach (var tap in taps)
            {
                sum += tap.Weight;
            }
            var whole = filter == ResampleFilter.Nearest
                ? [(Index: Math.Min(width - 1, (int)position), Weight: 1L << 22)]
                : taps.Select(tap => (tap.Index, Weight: (long)Math.Round(tap.Weight / sum * (1 << 22), MidpointRounding.AwayFromZero))).ToArray();
            for (var at = 0; at < rows * channels; at++)
            {
                var (row, channel) = (at / channels, at % channels);
                var total = 0L;
                foreach (var tap in whole)
                {
                    total += tap.Weight * source[(row * width + tap.Index) * channels + channel];
                }
                result[(row * outWidth + x) * channels + channel] = (byte)Math.Clamp((total + (1 << 21)) >> 22, 0, 255);
            }
        }
        return result;
    }

    private static double Kernel(double t, ResampleFilter filter)
    {
        t = Math.Abs(t);
        if (filter != ResampleFilter.Bicubic)
        {
            return Math.Max(0, 1 - t);
        }
        const double a = -0.5;
        return t < 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }

    private static byte[] Turn(byte[] source, int rows, int columns, int channels)
    {
        var turned = new byte[source.Length];
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                source.AsSpan((y * columns + x) * channels, channels).CopyTo(turned.AsSpan((x * rows + y) * channels));
            }
        }
        return turned;
    }
}
