using AdClip.Vision.Imaging;

namespace AdClip.Vision.Training.Views;

/// <summary>Which views of each image are learned from beside the image itself.</summary>
/// <param name="Count">Views of an image; 0: none.</param>
/// <param name="Crops">Parts of half to all of the area (the model card's random_resized_crop).</param>
/// <param name="Mirrors">Left and right exchanged, half of the time.</param>
/// <param name="Turns">Quarter turns; for parts that lie in any direction.</param>
/// <param name="Brightness">From 0.8 to 1.25 times as bright.</param>
public sealed record Augmentation(int Count = 0, bool Crops = false, bool Mirrors = false, bool Turns = false, bool Brightness = false)
{
    private const int Attempts = 8;

    /// <summary>The views of an image, always the same for the same seed: each is encoded once and kept.</summary>
    /// <param name="sha256">Of the image's file.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="mask">Defect pixels [height, width]; null: not drawn, or none.</param>
    /// <param name="isAnomaly">The label, which must stay true: a part without the defect would be a good image.</param>
    /// <param name="seed">Chooses the views.</param>
    public IReadOnlyList<View> Of(string sha256, int width, int height, bool[]? mask, bool isAnomaly, int seed)
    {
        var random = SeededRandom.For(seed, $"views {sha256}");
        var views = new List<View>();
        for (var i = 0; i < Count; i++)
        {
            var view = new View(
                0, 0, width, height, Mirrors && random.Below(2) == 1, Turns ? random.Below(4) : 0,
                Brightness ? Math.Round(Math.Exp(random.Uniform(Math.Log(0.8), Math.Log(1.25))), 3) : 1);
            var crop = Crops && !(isAnomaly && mask is null) ? Crop(random, view, width, height, isAnomaly ? mask : null) : view;
            if (crop != new View(0, 0, width, height, false, 0, 1) && !views.Contains(crop))
            {
                views.Add(crop);
            }
        }
        return views;
    }

    private static View Crop(SeededRandom random, View whole, int width, int height, bool[]? mask)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (x, y, columns, rows) = PreprocessGeometry.RandomResizedCrop(width, height, (0.5, 1), (3.0 / 4, 4.0 / 3), random.Uniform, random.Below);
            var part = whole with { X = x, Y = y, Width = columns, Height = rows };
            if (mask is null || part.Apply(mask, width).Contains(true))
            {
                return part;
            }
        }
        return whole;
    }
}
