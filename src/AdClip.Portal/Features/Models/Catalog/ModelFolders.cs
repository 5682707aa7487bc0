using System.Security.Cryptography;
using System.Text;
using AdClip.Portal.Storage;

namespace AdClip.Portal.Features.Models.Catalog;

/// <summary>Where the files of models lie: the embedded ones beside the program, the others in the data folder.</summary>
public sealed class ModelFolders
{
    private const string StagingName = ".incoming";

    // A broken download can go on for as long; after that it begins anew.
    private static readonly TimeSpan KeepUnfinished = TimeSpan.FromDays(7);
    private readonly string _embedded = Path.Combine(AppContext.BaseDirectory, "models");
    private readonly string _added;

    public ModelFolders(DataFolder folder, TimeProvider clock)
    {
        _added = folder.Models;
        EightBit = Path.Combine(folder.Cache, "8bit");
        Staging = Directory.CreateDirectory(Path.Combine(_added, StagingName)).FullName;
        foreach (var abandoned in new DirectoryInfo(Staging)
            .EnumerateDirectories()
            .Where(staged => clock.GetUtcNow() - staged.LastWriteTimeUtc > KeepUnfinished))
        {
            abandoned.Delete(recursive: true);
        }
    }

    /// <summary>Models on their way in; a folder there is renamed into its place when it is whole and was opened once.</summary>
    public string Staging { get; }

    /// <summary>8-bit weights made from the models' own; safe to delete while the server is stopped.</summary>
    public string EightBit { get; }

    public IEnumerable<string> Embedded => Directory.Exists(_embedded) ? Directory.EnumerateDirectories(_embedded) : [];

    public IEnumerable<string> Added => Directory.EnumerateDirectories(_added).Where(folder => Path.GetFileName(folder) != StagingName);

    public string PathOf(ModelRecord model) => PathOf(model.Id, model.IsEmbedded);

    public string PathOf(string modelId, bool isEmbedded) =>
        Path.Combine(
            isEmbedded ? _embedded : _added,
            IsId(modelId) ? modelId : throw new ArgumentException($"'{modelId}' is no model id.", nameof(modelId)));

    public string StagingOf(string key) => Path.Combine(Staging, IsId(key) ? key : throw new ArgumentException($"'{key}' is no folder name.", nameof(key)));

    /// <summary>A folder name for a model that people call <paramref name="name"/>: lower-case letters, digits, '.', '_' and '-'.</summary>
    public static string IdFor(string name)
    {
        var id = new StringBuilder();
        foreach (var letter in name.Trim().ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_')
            {
                id.Append(letter);
            }
            else if (id.Length > 0 && id[^1] != '-')
            {
                id.Append('-');
            }
        }
        var text = id.ToString().Trim('-', '.');
        // A name in another script: its hash tells it from others of that kind.
        return text.Length == 0
            ? "model-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.Trim())))[..8]
            : text[..Math.Min(text.Length, 100)];
    }

    public static bool IsId(string text) =>
        text.Length is > 0 and <= 110
        && text[0] != '.'
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-');
}
