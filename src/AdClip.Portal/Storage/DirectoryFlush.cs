using System.Runtime.InteropServices;

namespace AdClip.Portal.Storage;

/// <summary>Makes a rename durable: on Unix the directory itself must be flushed.</summary>
internal static partial class DirectoryFlush
{
    private const int ReadOnly = 0;

    public static void ToDisk(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals renames
        }
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open the folder '{folder}' to flush it (error {Marshal.GetLastPInvokeError()}).");
        }
        var failed = Fsync(descriptor) != 0 ? Marshal.GetLastPInvokeError() : 0;
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

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
