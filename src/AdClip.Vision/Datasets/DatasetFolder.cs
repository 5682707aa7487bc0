namespace AdClip.Vision.Datasets;

/// <summary>Finds the images of a data set on disk: AnomalyCLIP's <c>meta.json</c>, or folders as MVTec AD has them.</summary>
public static class DatasetFolder
{
    /// <summary>Every image, product by product, in the order of the file or of the names.</summary>
    /// <param name="folder">A folder with <c>meta.json</c>, a product (with <c>test</c> or <c>train</c>), or a folder of products.</param>
    /// <exception cref="RefusedInputException">Neither of these, or a file that is not there.</exception>
    public static IReadOnlyList<DatasetImage> Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw new RefusedInputException(RefusalCode.FileMissing, $"{root} is no folder.", root);
        }
        var images = File.Exists(Path.Combine(root, MetaJson.FileName)) ? MetaJson.Read(root) : MvtecFolder.Read(root);
        return images.Count > 0 ? images : throw Invalid(root, "it holds no image in train/good, test/good or test/DEFECT, and no meta.json");
    }

    internal static RefusedInputException Invalid(string folder, string what)
        => new(RefusalCode.DatasetInvalid, $"{Path.GetFileName(folder)} is no data set that can be read: {what}.", Path.GetFileName(folder), what);
}
