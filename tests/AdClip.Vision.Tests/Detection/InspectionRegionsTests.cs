using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Tests.Detection;

public sealed class InspectionRegionsTests
{
    internal static readonly InspectionRegions Drawn = new()
    {
        Width = 400,
        Height = 300,
        Regions =
        [
            Region(RegionUse.Include, new BoxShape { Id = "a", ClassName = "include", Box = new(20.25, 30, 250, 200) }),
            Region(RegionUse.Include, new PolygonShape { Id = "b", ClassName = "include", Points = [new(200, 10), new(390.5, 150), new(220, 290)] }),
            Region(RegionUse.Ignore, new EllipseShape { Id = "c", ClassName = "ignore", Box = new(100, 80, 90, 61.5) }),
        ],
    };

    [Theory]
    [InlineData(400, 300)]
    [InlineData(800, 600)]
    [InlineData(224, 224)]
    [InlineData(61, 37)]
    public void Rasterize_AnyFrame_AsAskingEveryPixelCentre(int width, int height)
    {
        var inside = Drawn.Rasterize(width, height);

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                // A centre within 1/100 pixel of a border may fall on either side: coordinates are rounded to 1/256.
                if (IsInside(x + 0.49, y + 0.49) == IsInside(x + 0.51, y + 0.51) && IsInside(x + 0.49, y + 0.51) == IsInside(x + 0.51, y + 0.49))
                {
                    Assert.True(IsInside(x + 0.5, y + 0.5) == inside[x, y], $"({x}, {y}) of {width} x {height}");
                }
            }
        }

        bool IsInside(double mapX, double mapY)
        {
            var (x, y) = (mapX * 400 / width, mapY * 300 / height);
            var inBox = x >= 20.25 && x < 270.25 && y >= 30 && y < 230;
            var inTriangle = Side(200, 10, 390.5, 150, x, y) > 0 && Side(390.5, 150, 220, 290, x, y) > 0 && Side(220, 290, 200, 10, x, y) > 0;
            var (dx, dy) = ((x - 145) / 45, (y - 110.75) / 30.75);
            return (inBox || inTriangle) && (dx * dx) + (dy * dy) > 1;
        }

        static double Side(double ax, double ay, double bx, double by, double x, double y) => ((bx - ax) * (y - ay)) - ((by - ay) * (x - ax));
    }

    [Fact]
    public void Rasterize_OnlyIgnoredRegions_EverythingElse()
    {
        var regions = Drawn with { Regions = [Drawn.Regions[2]] };

        var inside = regions.Rasterize(400, 300);

        Assert.Equal((400 * 300) - Rasterizer.Rasterize(Drawn.Regions[2].Shape, 400, 300).Count(), inside.Count());
        Assert.True(InspectionRegions.Everything.Rasterize(7, 5).Count() == 35);
    }

    [Theory]
    [InlineData(400, 300, true)]
    [InlineData(4000, 3000, true)]
    [InlineData(641, 480, true)]
    [InlineData(408, 300, true)]
    [InlineData(409, 300, false)]
    [InlineData(391, 300, false)]
    [InlineData(300, 400, false)]
    public void CheckFits_OtherImage_ByItsProportions(int width, int height, bool fits)
    {
        Assert.Equal(fits, Drawn.Fits(width, height));
        var refused = Record.Exception(() => Drawn.CheckFits(width, height));

        Assert.Equal(fits ? null : RefusalCode.RegionsOfAnotherAspect, (refused as RefusedInputException)?.Code);
        InspectionRegions.Everything.CheckFits(width, height);
    }

    [Fact]
    public void CoverageOf_Grid_CountsSixteenBySixteenPoints()
    {
        var coverage = InspectedArea.CoverageOf(Drawn, 14, 9);

        var points = Drawn.Rasterize(14 * 16, 9 * 16);
        Assert.Equal(14 * 9, coverage.Length);
        for (var row = 0; row < 9; row++)
        {
            for (var column = 0; column < 14; column++)
            {
                var count = 0;
                for (var i = 0; i < 256; i++)
                {
                    count += points[(column * 16) + (i % 16), (row * 16) + (i / 16)] ? 1 : 0;
                }
                Assert.Equal(count / 256f, coverage[(row * 14) + column]);
            }
        }
    }

    [Fact]
    public void Read_WhatWasWritten_Equal()
    {
        Assert.Equal(Drawn, InspectionRegionsJson.Read(InspectionRegionsJson.Write(Drawn)));
        Assert.Equal(InspectionRegions.Everything, InspectionRegionsJson.Read(InspectionRegionsJson.Write(InspectionRegions.Everything)));
    }

    [Theory]
    [InlineData("{", RefusalCode.GroundTruthNotJson)]
    [InlineData("""{"schema":"adclip.image-ground-truth","version":1,"width":4,"height":4,"regions":[]}""", RefusalCode.GroundTruthUnknownSchema)]
    [InlineData("""{"schema":"adclip.inspection-regions","version":1,"width":4,"regions":[]}""", RefusalCode.GroundTruthFieldMissing)]
    [InlineData(
        """{"schema":"adclip.inspection-regions","version":1,"width":4,"height":4,"regions":[{"id":"a","use":"maybe","kind":"box","box":[0,0,1,1]}]}""",
        RefusalCode.GroundTruthFieldInvalid)]
    [InlineData(
        """{"schema":"adclip.inspection-regions","version":1,"width":4,"height":4,"regions":[{"id":"a","use":"include","kind":"mask"}]}""",
        RefusalCode.GroundTruthUnknownKind)]
    [InlineData(
        """{"schema":"adclip.inspection-regions","version":1,"width":4,"height":4,"regions":[{"id":"a","use":"include","kind":"box","box":[2,2,3,1]}]}""",
        RefusalCode.GroundTruthOutOfBounds)]
    [InlineData(
        """{"schema":"adclip.inspection-regions","version":1,"width":0,"height":4,"regions":[{"id":"a","use":"include","kind":"box","box":[0,0,1,1]}]}""",
        RefusalCode.GroundTruthFieldInvalid)]
    [InlineData(
        """{"schema":"adclip.inspection-regions","version":1,"width":4,"height":4,"regions":[{"id":"a","use":"ignore","kind":"box","box":[0,0,4,4]}]}""",
        RefusalCode.RegionsLeaveNothing)]
    public void Read_BrokenDocument_RefusedWithItsReason(string json, RefusalCode code) =>
        Assert.Equal(code, Assert.Throws<RefusedInputException>(() => InspectionRegionsJson.Read(json)).Code);

    private static InspectionRegion Region(RegionUse use, Shape shape) => new(use, shape);
}
