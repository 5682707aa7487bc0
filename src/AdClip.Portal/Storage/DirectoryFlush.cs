using System.Runtime.InteropServices;

namespace AdClip.Portal.Storage;

/// <summary>Makes renames durable: on Unix the directory itself must be flushed.</summary>
internal static partial class DirectoryFlush
{
    private const int ReadOnly = 0;

    public static void ToDisk(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals renames
        }
        Flush(folder, Fsync);
    }

    /// <summary>Makes what was written under a folder durable: on Linux the whole file system at once, elsewhere each path.</summary>
    public static void AllToDisk(string folder, IReadOnlyList<string> paths)
    {
        if (!OperatingSystem.IsLinux())
        {
            foreach (var path in paths)
            {
                if (Directory.Exists(path))
                {
                    ToDisk(path);
                }
                else
                {
                    using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                    RandomAccess.FlushToDisk(file);
                }
            }
            return;
        }
        Flush(folder, SyncFileSystem);
    }

    private static void Flush(string folder, Func<int, int> flush)
    {
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open the folder '{folder}' to flush it (error {Marshal.GetLastPInvokeError()}).");
        }
        var failed = flush(descriptor) != 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Close(descriptor);
        if (failed != 0)
        {
            throw new IOException($"Cannot flush the folder '{folder}' to the disk (error {failed}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
