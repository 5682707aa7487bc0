namespace AdClip.Cli;

/// <summary>The model that comes with the program: beside it, or in the checkout that it was built from.</summary>
internal static class EmbeddedModel
{
    private const string Name = "adclip-mini";

    /// <summary>Its folder; null where it is not.</summary>
    public static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var models in (string[])["models", Path.Combine("data", "models")])
            {
                var path = Path.Combine(folder.FullName, models, Name);
                if (Directory.Exists(path))
                {
                    return path;
                }
            }
        }
        return null;
    }
}
