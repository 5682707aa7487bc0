using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

/// <summary>The portal's one folder on disk; each property is an existing sub-folder or a file in one.</summary>
public sealed class DataFolder
{
    public DataFolder(IOptions<StorageOptions> options)
    {
        Root = Path.GetFullPath(options.Value.DataFolder);
        Blobs = Directory.CreateDirectory(Path.Combine(Root, "blobs")).FullName;
        Incoming = Directory.CreateDirectory(Path.Combine(Root, "blobs", "incoming")).FullName;
        Keys = Directory.CreateDirectory(Path.Combine(Root, "keys")).FullName;
        Database = Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "db")).FullName, "adclip.db");
        JobDatabase = Path.Combine(Root, "db", "jobs.db");
        Models = Directory.CreateDirectory(Path.Combine(Root, "run", "models")).FullName;
        Cache = Directory.CreateDirectory(Path.Combine(Root, "run", "cache")).FullName;
    }

    public string Root { get; }

    /// <summary>Content-addressed files: images and maps.</summary>
    public string Blobs { get; }

    /// <summary>Uploads that are not finished; swept when the server starts.</summary>
    public string Incoming { get; }

    /// <summary>Keys that protect cookies; sessions survive a restart because these do.</summary>
    public string Keys { get; }

    /// <summary>The SQLite file.</summary>
    public string Database { get; }

    /// <summary>The SQLite file of the job scheduler.</summary>
    public string JobDatabase { get; }

    /// <summary>Models that people added; the embedded one lies beside the program.</summary>
    public string Models { get; }

    /// <summary>Derived files (thumbnails, renditions); safe to delete at any time.</summary>
    public string Cache { get; }
}
