using System.Security.Cryptography;

namespace AdClip.Vision;

/// <summary>The name of a file by its content, under which tokens and results of it are kept.</summary>
public static class FileHash
{
    /// <summary>SHA-256 of the whole file in small hexadecimal digits; the file is streamed.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
