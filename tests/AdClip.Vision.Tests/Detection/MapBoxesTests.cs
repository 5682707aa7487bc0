using AdClip.Vision.Detection;

namespace AdClip.Vision.Tests.Detection;

public sealed class MapBoxesTests
{
    [Fact]
    public void Find_NothingStandsOut_NoBox() =>
        Assert.Empty(MapBoxes.Find(new AnomalyMap(2, 2, [0.1f, 0.2f, 0.3f, float.NaN]), 0.5f, 20, 20));

    [Fact]
    public void Find_TwoRegions_HighestPeakFirstInStoredPixels()
    {
        // Diagonal neighbours are one region; the threshold itself belongs to it.
        var map = new AnomalyMap(
            4, 3,
            [
                0.5f, 0, 0, 0,
                0, 0.6f, 0, 0,
                0, 0, 0, 0.9f,
            ]);

        Assert.Equal(
            [new MapBox(30, 20, 10, 10, 0.9f), new MapBox(0, 0, 20, 20, 0.6f)],
            MapBoxes.Find(map, 0.5f, 40, 30));
    }

    [Theory]
    [InlineData(10, 7)] // cells larger than a pixel and no whole number of them
    [InlineData(3, 2)] // cells smaller than a pixel
    [InlineData(4, 4)]
    public void Find_EachCell_CoversEveryStoredPixelThatItTouches(int width, int height)
    {
        const int Cells = 4;
        for (var cell = 0; cell < Cells * Cells; cell++)
        {
            var values = new float[Cells * Cells];
            values[cell] = 1;
            var box = Assert.Single(MapBoxes.Find(new AnomalyMap(Cells, Cells, values), 1, width, height));

            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var touches = Touches(cell % Cells, x, width) && Touches(cell / Cells, y, height);
                    var isWithin = x >= box.X && x < box.X + box.Width && y >= box.Y && y < box.Y + box.Height;
                    Assert.Equal(touches, isWithin);
                }
            }
        }

        // A cell's [c, c + 1) / Cells and a pixel's [p, p + 1) / pixels overlap.
        static bool Touches(int cell, int pixel, int pixels) => cell * pixels < (pixel + 1) * Cells && pixel * Cells < (cell + 1) * pixels;
    }

    [Fact]
    public void Find_ImageWithoutPixels_Refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MapBoxes.Find(new AnomalyMap(1, 1, [1]), 0.5f, 0, 10));
}
