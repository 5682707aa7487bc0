using AdClip.Vision.Imaging;

namespace AdClip.Pretrain.Generation;

/// <summary>Groups in rows, to be looked at: each picture as it is, and again with its defects outlined where it has some.</summary>
internal static class ContactSheet
{
    private const int Gap = 4;

    public static void Save(string path, IReadOnlyList<ProductGroup> groups)
    {
        var side = groups[0].Side;
        var columns = groups.Max(group => group.Images.Sum(image => image.IsGood ? 1 : 2));
        var (width, height) = ((columns * (side + Gap)) - Gap, (groups.Count * (side + Gap)) - Gap);
        var pixels = new byte[width * height * 3];
        Array.Fill(pixels, (byte)255);
        for (var row = 0; row < groups.Count; row++)
        {
            var column = 0;
            foreach (var image in groups[row].Images.OrderByDescending(image => image.IsGood))
            {
                Put(pixels, width, image.Pixels, side, column++, row);
                if (!image.IsGood)
                {
                    Put(pixels, width, Outlined(image, side), side, column++, row);
                }
            }
        }
        File.WriteAllBytes(path, PngWriter.Encode(pixels, width, height, PngPixels.Rgb));
    }

    private static void Put(byte[] sheet, int width, byte[] picture, int side, int column, int row)
    {
        for (var y = 0; y < side; y++)
        {
            picture.AsSpan(y * side * 3, side * 3).CopyTo(sheet.AsSpan(3 * ((((row * (side + Gap)) + y) * width) + (column * (side + Gap)))));
        }
    }

    private static byte[] Outlined(GroupImage image, int side)
    {
        var outlined = image.Pixels.ToArray();
        for (var y = 1; y < side - 1; y++)
        {
            for (var x = 1; x < side - 1; x++)
            {
                var at = (y * side) + x;
                if (image.Types[at] == 0 && (image.Types[at - 1] | image.Types[at + 1] | image.Types[at - side] | image.Types[at + side]) != 0)
                {
                    (outlined[3 * at], outlined[(3 * at) + 1], outlined[(3 * at) + 2]) = (255, 0, 80);
                }
            }
        }
        return outlined;
    }
}
