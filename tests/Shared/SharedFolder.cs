namespace AdClip.Testing;

/// <summary>The folder of golden numbers and real images that may lie beside the checkout.</summary>
internal static class SharedFolder
{
    /// <summary>The checkout's root: the nearest folder above the test binaries that holds the solution.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Full path of <paramref name="relativePath"/> in the shared folder; the test is skipped where it is absent.</summary>
    public static string Require(string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", relativePath));
        Assert.SkipUnless(Path.Exists(path), $"needs shared/{relativePath} beside the checkout");
        return path;
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AdClip.Portal.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"AdClip.Portal.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
