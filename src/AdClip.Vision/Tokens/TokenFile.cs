using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tokens;

/// <summary>Image tokens as a file: float16, named by encoder and image, with a checksum over all of it.</summary>
/// <remarks>
/// Little-endian. Signature and version, CRC-32C of all that follows, length of the file, encoder id and image key (length and
/// UTF-8 each), grid, width, number of layers, their numbers; then as float16 the class token and the layers' tokens.
/// </remarks>
public static class TokenFile
{
    private const uint Signature = 0x324b5441; // "ATK2"
    private const int CheckedFrom = 8;
    private const int LongestName = 1024;
    private const int MostLayers = 1000;

    /// <summary>The file's bytes.</summary>
    /// <param name="tokens">Rounded to float16.</param>
    /// <param name="imageKey">Which image, or part of one, they are of; the reader asks for it.</param>
    /// <exception cref="ArgumentException">A value that float16 does not hold exactly.</exception>
    public static byte[] Write(ImageTokens tokens, string imageKey)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentException.ThrowIfNullOrEmpty(imageKey);
        var names = (Encoder: Encoding.UTF8.GetBytes(tokens.EncoderId), Image: Encoding.UTF8.GetBytes(imageKey));
        var values = tokens.ClassToken.Length + tokens.Layers.Sum(layer => layer.Values.Length);
        var length = checked(CheckedFrom + (6 * sizeof(int)) + names.Encoder.Length + names.Image.Length + (tokens.Layers.Count * sizeof(int)) + (values * 2));
        var file = new byte[length];
        var at = CheckedFrom;
        PutNumber(length);
        PutName(names.Encoder);
        PutName(names.Image);
        PutNumber(tokens.Grid);
        PutNumber(tokens.Width);
        PutNumber(tokens.Layers.Count);
        foreach (var layer in tokens.Layers)
        {
            PutNumber(layer.Layer);
        }
        PutValues(tokens.ClassToken);
        foreach (var layer in tokens.Layers)
        {
            PutValues(layer.Values);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(file, Signature);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(sizeof(uint)), CheckedBytes.Sum(file.AsSpan(CheckedFrom)));
        return file;

        void PutNumber(int number)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), number);
            at += sizeof(int);
        }

        void PutName(byte[] name)
        {
            PutNumber(name.Length);
            name.CopyTo(file, at);
            at += name.Length;
        }

        void PutValues(float[] exact)
        {
            var half = MemoryMarshal.Cast<byte, Half>(file.AsSpan(at, exact.Length * 2));
            TensorPrimitives.ConvertToHalf(exact, half);
            var back = new float[exact.Length];
            TensorPrimitives.ConvertToSingle(half, back);
            if (!exact.AsSpan().SequenceEqual(back))
            {
                throw new ArgumentException("Tokens are kept as float16; round them before.", nameof(tokens));
            }
            at += exact.Length * 2;
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote, if it is whole and the one asked for.</summary>
    /// <exception cref="InvalidDataException">Not such a file, changed or cut off, or of another encoder or image.</exception>
    public static ImageTokens Read(ReadOnlySpan<byte> file, string encoderId, string imageKey)
    {
        if (file.Length < CheckedFrom + (6 * sizeof(int)) || BinaryPrimitives.ReadUInt32LittleEndian(file) != Signature)
        {
            throw new InvalidDataException("Not a file of image tokens.");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[sizeof(uint)..]) != CheckedBytes.Sum(file[CheckedFrom..]))
        {
            throw new InvalidDataException("The file of image tokens is damaged.");
        }
        var rest = file[CheckedFrom..];
        if (Number(ref rest) != file.Length)
        {
            throw new InvalidDataException($"The file of image tokens has {file.Length} bytes, which is not its length.");
        }
        var (encoder, image) = (Name(ref rest), Name(ref rest));
        if (encoder != encoderId || image != imageKey)
        {
            throw new InvalidDataException($"The file holds tokens of {image} by encoder {encoder}.");
        }
        var (grid, width, count) = (Number(ref rest), Number(ref rest), Number(ref rest));
        if (grid is < 1 or > 4096 || width is < 1 or > 65536 || count is < 0 or > MostLayers
            || rest.Length != (count * (long)sizeof(int)) + (2L * width * (1 + (count * (1L + (grid * grid))))))
        {
            throw new InvalidDataException($"Image tokens of grid {grid}, width {width} and {count} layers do not make such a file.");
        }
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = Number(ref rest);
        }
        var classToken = Values(ref rest, width);
        var layers = new LayerTokens[count];
        for (var i = 0; i < count; i++)
        {
            layers[i] = new LayerTokens(numbers[i], Values(ref rest, (1 + (grid * grid)) * width));
        }
        return new ImageTokens(encoder, grid, width, classToken, layers);
    }

    private static int Number(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < sizeof(int))
        {
            throw new InvalidDataException("The file of image tokens ends early.");
        }
        var number = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        return number;
    }

    private static string Name(ref ReadOnlySpan<byte> rest)
    {
        var length = Number(ref rest);
        if (length is < 0 or > LongestName || length > rest.Length)
        {
            throw new InvalidDataException($"A name of {length} bytes in a file of image tokens.");
        }
        var name = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        return name;
    }

    private static float[] Values(ref ReadOnlySpan<byte> rest, int count)
    {
        var values = GC.AllocateUninitializedArray<float>(count);
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(rest[..(count * 2)]), values);
        rest = rest[(count * 2)..];
        return values;
    }
}
