using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Generation.Camera;

namespace AdClip.Pretrain.Tests.Generation;

public class CameraTests
{
    private const int Side = 32;

    [Fact]
    public void Blur_OfARandomPlane_EqualsTheDirectSum()
    {
        var rng = new Rng(4);
        var plane = Enumerable.Range(0, Side * Side).Select(_ => rng.Unit()).ToArray();
        var original = plane.ToArray();

        GaussianBlur.Apply(plane, new float[Side * Side], Side, 1.1f);

        foreach (var (x, y) in ((int, int)[])[(0, 0), (31, 31), (5, 17), (30, 2)])
        {
            double sum = 0, weights = 0;
            for (var dy = -3; dy <= 3; dy++)
            {
                for (var dx = -3; dx <= 3; dx++)
                {
                    var weight = Math.Exp(-((dx * dx) + (dy * dy)) / (2 * 1.1 * 1.1));
                    weights += weight;
                    sum += weight * original[(Math.Clamp(y + dy, 0, Side - 1) * Side) + Math.Clamp(x + dx, 0, Side - 1)];
                }
            }
            Assert.Equal(sum / weights, plane[(y * Side) + x], 1e-4);
        }
    }

    [Fact]
    public void Jpeg_OfLowerQuality_LosesMore()
    {
        var rng = new Rng(4);
        var original = Enumerable.Range(0, Side * Side).Select(i => 128 + (40 * MathF.Sin(i % Side * 0.7f)) + (10 * rng.Normal())).ToArray();

        var losses = new[] { 100, 90, 60, 20 }.Select(quality =>
        {
            var plane = original.ToArray();
            new JpegLoss(quality).ApplyGrey(plane, Side);
            return Math.Sqrt(plane.Zip(original, (a, b) => (a - b) * (double)(a - b)).Average());
        }).ToArray();

        Assert.InRange(losses[0], 0, 0.6);
        Assert.Equal(losses.Order(), losses);
        Assert.InRange(losses[3], 4, 30);
    }

    [Fact]
    public void Jpeg_OfOneColour_KeepsIt()
    {
        var picture = new Picture(Side);
        Array.Fill(picture.R, 200);
        Array.Fill(picture.G, 90);
        Array.Fill(picture.B, 40);

        new JpegLoss(80).Apply(picture, new float[Side * Side], Side);

        Assert.All(picture.R, value => Assert.Equal(200, value, 5f));
        Assert.All(picture.G, value => Assert.Equal(90, value, 5f));
        Assert.All(picture.B, value => Assert.Equal(40, value, 5f));
    }

    [Fact]
    public void Shade_OfASlope_IsBrighterTowardsTheLight()
    {
        var (layer, picture) = (new Layer(Side), new Picture(Side));
        Array.Fill(layer.G, 0.5f);
        for (var at = 0; at < Side * Side; at++)
        {
            var x = at % Side;
            // A ridge along the middle; beyond it the ground is flat.
            layer.Height[at] = MathF.Max(0, 6 - MathF.Abs(x - 16));
        }

        new Light { X = -1, Ambient = 0.3f, Shine = 0 }.Shade(layer, 1, picture);

        var row = picture.G.AsSpan(10 * Side, Side);
        Assert.Equal(0.5f, row[2], 0.001f);
        Assert.Equal(0.5f, row[29], 0.001f);
        Assert.True(row[13] > 0.5f, $"the side towards the light has {row[13]}");
        Assert.True(row[19] < 0.3f, $"the side away from it has {row[19]}");
    }

    [Fact]
    public void Take_SameSeed_GivesTheSameNoiseOfTheStatedSize()
    {
        var canvas = new Canvas(Side);
        Picture Grey()
        {
            var picture = new Picture(Side);
            Array.Fill(picture.R, 0.5f);
            Array.Fill(picture.G, 0.5f);
            Array.Fill(picture.B, 0.5f);
            return picture;
        }
        var exposure = new Exposure { Noise = 0.03f, Blur = 0 };

        var first = exposure.Take(Grey(), canvas, 5);

        Assert.Equal(first, exposure.Take(Grey(), canvas, 5));
        Assert.NotEqual(first, exposure.Take(Grey(), canvas, 6));
        var deviation = Math.Sqrt(first.Average(value => (value - 127.5) * (value - 127.5))) / 255;
        Assert.InRange(deviation, 0.03, 0.05);
    }
}
