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

        var across = Plain(source, height, width, channels, outWidth, filter);
        var turned = Turn(across, height, outWidth, channels);
        var wanted = Turn(Plain(turned, outWidth, height, channels, outHeight, filter), outWidth, outHeight, channels);
        Assert.Equal(wanted, resized);
    }

    [Fact]
    public void Resize_SameSize_Copy()
    {
        byte[] source = [1, 2, 3, 4, 5, 6];

        Assert.Equal(source, Resampler.Resize(source, 3, 2, 1, 3, 2, ResampleFilter.Bicubic));
    }

    /// <summary>One pass along x, in plain words.</summary>
    private static byte[] Plain(byte[] source, int rows, int width, int channels, int outWidth, ResampleFilter filter)
    {
        var q = (double)width / outWidth;
        var f = Math.Max(q, 1);
        var support = filter == ResampleFilter.Bicubic ? 2 * f : f;
        var result = new byte[rows * outWidth * channels];
        for (var x = 0; x < outWidth; x++)
        {
            var centre = (x + 0.5) * q;
            var taps = Enumerable.Range(0, width)
                .Where(j => j >= (int)(centre - support + 0.5) && j < (int)(centre + support + 0.5))
                .Select(j => (Index: j, Weight: Kernel((j - centre + 0.5) / f, filter)))
                .ToArray();
            var sum = taps.Sum(tap => tap.Weight);
            for (var at = 0; at < rows * channels; at++)
            {
                var (row, channel) = (at / channels, at % channels);
                var total = taps.Sum(tap =>
                    (long)Math.Round(tap.Weight / sum * (1 << 22), MidpointRounding.AwayFromZero) * source[(row * width + tap.Index) * channels + channel]);
                result[(row * outWidth + x) * channels + channel] = (byte)Math.Clamp((total + (1 << 21)) >> 22, 0, 255);
            }
        }
        return result;
    }

    private static double Kernel(double t, ResampleFilter filter)
    {
        t = Math.Abs(t);
        if (filter == ResampleFilter.Bilinear)
        {
            return Math.Max(0, 1 - t);
        }
        return t < 1 ? 1.5 * t * t * t - 2.5 * t * t + 1 : t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
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
