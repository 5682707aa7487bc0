using AdClip.Vision;
using AdClip.Vision.Datasets;

namespace AdClip.Cli;

/// <summary>The images of those products of a data set that are asked for.</summary>
internal static class DatasetProducts
{
    /// <param name="folder">The data set.</param>
    /// <param name="products">Names; empty: all.</param>
    public static IReadOnlyList<DatasetImage> Read(string folder, string[] products)
    {
        var all = DatasetFolder.Read(folder);
        IReadOnlyList<DatasetImage> images = products.Length == 0 ? all : [.. all.Where(image => products.Contains(image.Product))];
        if (images.Count == 0)
        {
            var (wanted, known) = (string.Join(", ", products), string.Join(", ", all.Select(image => image.Product).Distinct()));
            throw new RefusedInputException(RefusalCode.DatasetInvalid, $"The data set has no product {wanted}; it has {known}.", wanted, known);
        }
        return images;
    }
}
