namespace AdClip.Portal.Storage;

/// <summary>The data folder cannot be made or written: its disk is full or read-only, it belongs to somebody else, or a file is in its place.</summary>
public sealed class UnusableDataFolderException(string folder, Exception cause)
    : Exception(
        $"The data folder cannot be used: {folder} cannot be written ({cause.Message.TrimEnd('.')}). Free space on "
        + $"its disk, give the portal's user the right to write there, or name another folder in Storage:DataFolder.",
        cause);
