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

    /// <param name="images">All of them.</param>
    /// <param name="classes">Of defects, whose images are left out.</param>
    /// <exception cref="RefusedInputException">No image is of such a class.</exception>
    public static IReadOnlyList<DatasetImage> Without(IReadOnlyList<DatasetImage> images, string[] classes)
    {
        if (classes.FirstOrDefault(name => images.All(image => image.DefectClass != name)) is { } unknown)
        {
            var known = string.Join(", ", images.Select(image => image.DefectClass).OfType<string>().Distinct());
            throw new RefusedInputException(RefusalCode.DatasetInvalid, $"The data set has no class {unknown}; it has {known}.", unknown, known);
        }
        return [.. images.Where(image => !classes.Contains(image.DefectClass))];
    }
}
