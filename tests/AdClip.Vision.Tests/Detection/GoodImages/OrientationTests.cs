using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Detection.GoodImages;

public sealed class OrientationTests
{
    private const int Side = 32;

    public static TheoryData<int, bool> All =>
        [.. from step in Enumerable.Range(0, Orientation.Steps) from mirrored in (bool[])[false, true] select (step, mirrored)];

    [Fact]
    public void Turn_ByAQuarter_TopLeftComesToTheTopRight()
    {
        var picture = Picture();

        var turned = new Orientation(4, false).Turn(picture);

        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                Assert.Equal(Pixel(picture, y, Side - 1 - x), Pixel(turned, x, y));
            }
        }
    }

    [Fact]
    public void Turn_Flips_ExchangeSides()
    {
        var picture = Picture();
        PixelImage[] flips = [.. Orientation.Flips.Select(flip => flip.Turn(picture))];

        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                Assert.Equal(Pixel(picture, x, y), Pixel(flips[0], x, y));
                Assert.Equal(Pixel(picture, Side - 1 - x, y), Pixel(flips[1], x, y));
                Assert.Equal(Pixel(picture, x, Side - 1 - y), Pixel(flips[2], x, y));
                Assert.Equal(Pixel(picture, Side - 1 - x, Side - 1 - y), Pixel(flips[3], x, y));
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Turn_ASlope_IsTheSlopeAtTheSourceOfEachPatch(int step, bool isMirrored)
    {
        // Grey levels rise along both axes, which bilinear mixing keeps exactly.
        const int Grid = 8;
        var rgb = new byte[Side * Side * 3];
        for (var i = 0; i < Side * Side; i++)
        {
            (rgb[i * 3], rgb[(i * 3) + 1]) = ((byte)(i % Side * 4), (byte)(i / Side * 4));
        }
        var orientation = new Orientation(step, isMirrored);

        var turned = orientation.Turn(new PixelImage(Side, Side, rgb));
        var sources = orientation.Sources(Grid);

        const int Patch = Side / Grid;
        for (var i = 0; i < sources.Length; i++)
        {
            if (sources[i] < 0)
            {
                Assert.NotEqual(0, step % 4);
                continue;
            }
            // A patch around the point of the source patch, so its mean level is within half a patch of that one's.
            var (red, green) = (0.0, 0.0);
            for (var p = 0; p < Patch * Patch; p++)
            {
                var (r, g) = Pixel(turned, (i % Grid * Patch) + (p % Patch), (i / Grid * Patch) + (p / Patch));
                (red, green) = (red + r, green + g);
            }
            const double Tolerance = (Patch / 2.0 * 4) + 1;
            Assert.Equal(((sources[i] % Grid * Patch) + ((Patch - 1) / 2.0)) * 4, red / (Patch * Patch), Tolerance);
            Assert.Equal(((sources[i] / Grid * Patch) + ((Patch - 1) / 2.0)) * 4, green / (Patch * Patch), Tolerance);
        }
        Assert.True(sources.Count(source => source >= 0) > sources.Length / 2);
    }

    [Fact]
    public void Sources_Turned_CornersAreOutside()
    {
        var sources = new Orientation(2, false).Sources(20);

        Assert.All((int[])[0, 19, 380, 399], corner => Assert.Equal(-1, sources[corner]));
        Assert.True(sources[(10 * 20) + 10] >= 0);
        Assert.All(Orientation.Rotations.Where(rotation => rotation.IsExact), rotation => Assert.DoesNotContain(-1, rotation.Sources(20)));
    }

    [Fact]
    public void Turn_NotSquare_IsRefused() => Assert.Throws<ArgumentException>(() => new Orientation(1, false).Turn(new PixelImage(2, 3, new byte[18])));

    private static PixelImage Picture()
    {
        var rgb = new byte[Side * Side * 3];
        new Random(1).NextBytes(rgb);
        return new PixelImage(Side, Side, rgb);
    }

    private static (byte Red, byte Green) Pixel(PixelImage image, int x, int y) => (image.Rgb[3 * ((y * Side) + x)], image.Rgb[(3 * ((y * Side) + x)) + 1]);
}
