using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Detection;

/// <summary>Text features kept in a folder, one small file for each set of prompts; what is damaged or gone is made again.</summary>
/// <remarks>Signature, CRC-32C of all that follows, the id (64 ASCII characters), then the two unit vectors as float32, little-endian.</remarks>
internal static class TextPairFile
{
    private const uint Signature = 0x31505441; // "ATP1"
    private const int CheckedFrom = 8;
    private const int IdBytes = 64;

    /// <summary>Null: not there, or damaged.</summary>
    public static TextPair? Find(string folder, string id)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(PathOf(folder, id));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var values = file.Length - CheckedFrom - IdBytes;
        if (values <= 0 || values % (2 * sizeof(float)) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(file) != Signature
            || BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(sizeof(uint))) != CheckedBytes.Sum(file.AsSpan(CheckedFrom))
            || Encoding.ASCII.GetString(file, CheckedFrom, IdBytes) != id)
        {
            return null;
        }
        var vectors = MemoryMarshal.Cast<byte, float>(file.AsSpan(CheckedFrom + IdBytes));
        return new TextPair(vectors[..(vectors.Length / 2)].ToArray(), vectors[(vectors.Length / 2)..].ToArray());
    }

    /// <summary>Keeps the pair if the folder can be written; a full disk costs time later, and nothing else.</summary>
    public static void Keep(string folder, string id, TextPair texts)
    {
        var file = new byte[CheckedFrom + IdBytes + ((texts.Normal.Length + texts.Abnormal.Length) * sizeof(float))];
        Encoding.ASCII.GetBytes(id, file.AsSpan(CheckedFrom));
        var vectors = MemoryMarshal.Cast<byte, float>(file.AsSpan(CheckedFrom + IdBytes));
        texts.Normal.CopyTo(vectors);
        texts.Abnormal.CopyTo(vectors[texts.Normal.Length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(file, Signature);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(sizeof(uint)), CheckedBytes.Sum(file.AsSpan(CheckedFrom)));
        var unfinished = $"{PathOf(folder, id)}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(unfinished, file);
            File.Move(unfinished, PathOf(folder, id), overwrite: true);
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }
        }
    }

    private static string PathOf(string folder, string id) => Path.Combine(folder, $"{id}.text");
}
