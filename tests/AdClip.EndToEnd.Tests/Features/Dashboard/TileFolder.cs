using AdClip.Testing;

namespace AdClip.EndToEnd.Tests.Features.Dashboard;

/// <summary>A folder with real tiles, half of them good (or as many as there are), in folders that say what they are; it disappears afterwards.</summary>
internal sealed class TileFolder : IDisposable
{
    private static readonly string[] Defects = ["blowhole", "break", "crack", "fray", "uneven"];
    private readonly string _root = Directory.CreateTempSubdirectory("adclip-drop-").FullName;

    /// <param name="name">Of the folder, and so of the project that is made of it.</param>
    /// <param name="count">How many tiles; 0 for an empty folder.</param>
    /// <param name="forTraining">Every second tile of a kind lies in train/ instead of test/.</param>
    public TileFolder(string name, int count, bool forTraining = false)
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(_root, name)).FullName;
        if (count == 0)
        {
            return;
        }
        var tiles = SharedFolder.Require("data/magnetic_tile/test");
        foreach (var kind in (IEnumerable<string>)[.. Defects, "good"])
        {
            var most = count / 2 / (kind == "good" ? 1 : Defects.Length);
            var files = Directory.EnumerateFiles(System.IO.Path.Combine(tiles, kind)).Order(StringComparer.Ordinal).Take(most);
            foreach (var (i, file) in files.Index())
            {
                var target = System.IO.Path.Combine(Path, forTraining && i % 2 == 0 ? "train" : "test", kind, System.IO.Path.GetFileName(file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
