using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

/// <summary>The portal's one folder on disk; each property is an existing sub-folder or a file in one.</summary>
public sealed class DataFolder
{
    private const int ProbeBytes = 4096;

    /// <exception cref="UnusableDataFolderException">One of the folders cannot be made or written.</exception>
    public DataFolder(IOptions<StorageOptions> options)
    {
        Root = Path.GetFullPath(options.Value.DataFolder);
        Blobs = Writable("blobs");
        Incoming = Writable("blobs", "incoming");
        Keys = Writable("keys");
        Database = Path.Combine(Writable("db"), "adclip.db");
        JobDatabase = Path.Combine(Root, "db", "jobs.db");
        Models = Writable("run", "models");
        Trainings = Writable("run", "trainings");
        Cache = Writable("run", "cache");
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

    /// <summary>Where trainings are, so that they can go on; a folder for each.</summary>
    public string Trainings { get; }

    /// <summary>Derived files (thumbnails, renditions); safe to delete at any time.</summary>
    public string Cache { get; }

    /// <summary>The folder, after a block was really written in it: rights and free space show only then.</summary>
    private string Writable(params ReadOnlySpan<string> parts)
    {
        var folder = Path.Combine([Root, .. parts]);
        var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder);
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            file.Write(new byte[ProbeBytes]);
            file.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UnusableDataFolderException(folder, fault);
        }
        return folder;
    }
}
