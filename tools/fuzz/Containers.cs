using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Fuzz;

/// <summary>Damage that keeps what a reader checks first, so that it gets further.</summary>
internal static class Containers
{
    private static readonly (byte[] Signature, int Length)[] ZipRecords =
        [
            ("PK\u0001\u0002"u8.ToArray(), 46), ("PK\u0003\u0004"u8.ToArray(), 30), ("PK\u0005\u0006"u8.ToArray(), 22),
            ("PK\u0006\u0006"u8.ToArray(), 56), ("PK\u0006\u0007"u8.ToArray(), 20),
        ];

    /// <summary>A new header with its right length, mostly.</summary>
    public static byte[] Safetensors(Random random, byte[] seed)
    {
        if (seed.Length < 8 || random.Next(5) == 0)
        {
            return Bytes.Mutate(random, seed);
        }
        var headerBytes = (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(seed), 0, seed.Length - 8);
        var header = JsonText.Mutate(random, seed[8..(8 + headerBytes)]);
        var length = random.Next(8) == 0 ? Bytes.Number(random) : header.Length;
        var data = seed[(8 + headerBytes)..];
        return [.. BitConverter.GetBytes(length), .. header, .. random.Next(8) == 0 ? data[..random.Next(data.Length + 1)] : data];
    }

    /// <summary>Fields of the zip's records, or the pickle in it.</summary>
    public static byte[] Torch(Random random, byte[] seed)
    {
        if (random.Next(3) > 0 && Unpack(seed) is var (pickle, storages))
        {
            seed = TorchFiles.Zip(Pickles.Mutate(random, pickle), storages);
        }
        return random.Next(3) switch
        {
            0 => ZipFields(random, seed),
            1 => random.Next(4) == 0 ? Bytes.Mutate(random, seed) : seed,
            _ => seed,
        };
    }

    /// <summary>One of the pickles in a row, or the lengths behind them.</summary>
    public static byte[] Legacy(Random random, byte[] seed)
    {
        if (random.Next(3) == 0)
        {
            return Bytes.Mutate(random, seed);
        }
        List<(string, long[], float[])> tensors = [("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("b.c", [4], [1, 2, 3, 4]), ("d", [], [1])];
        var parts = TorchFiles.LegacyParts(tensors);
        var which = random.Next(3) == 0 ? random.Next(parts.Length) : 3;
        parts[which] = Pickles.Mutate(random, parts[which]);
        var file = TorchFiles.Legacy(parts, tensors);
        if (random.Next(4) == 0)
        {
            Bytes.Put(file, file.Length - 11 * sizeof(float) - 24, 8, Bytes.Number(random));
        }
        return file;
    }

    /// <summary>Other contents, packed rightly; or the packed bytes.</summary>
    public static byte[] Gzip(Random random, byte[] seed)
    {
        if (random.Next(3) == 0)
        {
            return Bytes.Mutate(random, seed);
        }
        var text = Encoding.UTF8.GetBytes(string.Join('\n', Seeds.MergeLines(200)));
        return Pack(random.Next(50) switch
        {
            0 => [.. Enumerable.Repeat((byte)random.Next(256), 1 << random.Next(10, 25))],
            1 => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a b\n", 1 << random.Next(10, 21)))),
            _ => Bytes.Mutate(random, text),
        });
    }

    public static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            zip.Write(bytes);
        }
        return packed.ToArray();
    }

    /// <summary>Token files carry a checksum and their length.</summary>
    public static byte[] Tokens(Random random, byte[] seed)
    {
        var file = Bytes.Mutate(random, seed);
        if (file.Length >= 12 && random.Next(8) > 0)
        {
            seed.AsSpan(0, Math.Min(4, seed.Length)).CopyTo(file);
            Bytes.Put(file, 8, 4, file.Length);
            Bytes.Put(file, 4, 4, CheckedBytes.Sum(file.AsSpan(8)));
        }
        return file;
    }

    /// <summary>Chunks of a PNG with their check sums made right.</summary>
    public static byte[] Png(Random random, byte[] seed)
    {
        var file = Bytes.Mutate(random, seed);
        for (var at = 8; at + 12 <= file.Length && random.Next(6) > 0;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
            {
                break;
            }
            var end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Crc32.Finish(Crc32.Update(Crc32.Seed, file.AsSpan(at + 4, (int)length + 4))));
            at = end + 4;
        }
        return file;
    }

    private static byte[] ZipFields(Random random, byte[] seed)
    {
        var file = seed.ToArray();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var (signature, length) = ZipRecords[random.Next(ZipRecords.Length)];
            List<int> places = [];
            for (var at = file.AsSpan().IndexOf(signature); at >= 0 && places.Count < 100;)
            {
                places.Add(at);
                var next = file.AsSpan(at + 1).IndexOf(signature);
                at = next < 0 ? -1 : at + 1 + next;
            }
            if (places.Count > 0)
            {
                // Numbers near the file's length, too: positions that almost fit.
                var number = random.Next(2) == 0 ? Bytes.Number(random) : random.Next(file.Length + 100);
                Bytes.Put(file, places[random.Next(places.Count)] + 4 + random.Next((length - 4) / 2) * 2, 2 << random.Next(3), number);
            }
        }
        return file;
    }

    private static (byte[] Pickle, Dictionary<string, byte[]> Storages)? Unpack(byte[] seed)
    {
        try
        {
            var members = ZipMembers.Read(new MemoryStream(seed), "seed");
            byte[] Slice(ZipMember member) => seed.AsSpan((int)member.Offset, (int)member.Length).ToArray();
            var pickle = members.Single(member => member.Key.EndsWith("data.pkl", StringComparison.Ordinal)).Value;
            return (Slice(pickle), members.Where(member => member.Key.Contains("/data/", StringComparison.Ordinal))
                .ToDictionary(member => member.Key[(member.Key.LastIndexOf('/') + 1)..], member => Slice(member.Value)));
        }
        catch (Exception broken) when (broken is AdClip.Vision.RefusedInputException or InvalidOperationException)
        {
            return null; // a seed that is damaged already
        }
    }
}
