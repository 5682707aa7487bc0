using AdClip.Pretrain.Generation;
using AdClip.Vision.Imaging;

namespace AdClip.Pretrain.Export;

/// <summary>A generated product as a folder in MVTec-AD's layout.</summary>
internal static class HeldBackProduct
{
    /// <summary>
    /// Half of the good images go to train/good, the rest to test/good; defective ones to the
    /// folder of their first defect, with their masks.
    /// </summary>
    public static void Write(string folder, ProductGroup group)
    {
        var (side, good, seen) = (group.Side, group.Images.Count(image => image.IsGood), 0);
        foreach (var (i, image) in group.Images.Index())
        {
            var picture = PngWriter.Encode(image.Pixels, side, side, PngPixels.Rgb);
            if (image.IsGood)
            {
                Save(picture, folder, seen++ < good / 2 ? "train" : "test", "good", $"{i:000}.png");
                continue;
            }
            var defect = image.Defects[0].ToString();
            Save(picture, folder, "test", defect, $"{i:000}.png");
            Save(PngWriter.EncodeMask([.. image.Types.Select(type => type != 0)], side, side), folder, "ground_truth", defect, $"{i:000}_mask.png");
        }
    }

    private static void Save(byte[] png, params ReadOnlySpan<string> path)
    {
        var file = Path.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, png);
    }
}
