using AdClip.Vision.Imaging;

namespace AdClip.Vision.Backbones.ResNet18;

/// <summary>From a picture of the right size to the network's input.</summary>
/// <remarks>
/// Blue, green, red in 0 to 255, minus the mean of each, no division. The package subtracts a mean for every place of a 224 x 224
/// picture; these are the means of that over all places, so that any size can be taken. What the convolutions pad with, zero, is
/// the mean colour.
/// </remarks>
public static class ResNet18Preprocessing
{
    private static readonly float[] Means = [103.063f, 115.903f, 123.152f];

    /// <summary>Mean of blue, green and red, in 0 to 255.</summary>
    public static IReadOnlyList<float> Mean => Means;

    /// <summary>Scales the pixels as they are to what the network expects.</summary>
    /// <returns>[3, height, width]: blue, green, red.</returns>
    public static float[] Normalise(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var pixels = image.Width * image.Height;
        var tensor = new float[3 * pixels];
        for (var c = 0; c < 3; c++)
        {
            var plane = tensor.AsSpan(c * pixels, pixels);
            for (var i = 0; i < plane.Length; i++)
            {
                plane[i] = image.Rgb[(i * 3) + 2 - c] - Means[c];
            }
        }
        return tensor;
    }
}
