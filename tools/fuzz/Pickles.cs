using System.Buffers.Binary;
using System.Text;

namespace AdClip.Fuzz;

/// <summary>Damage to the operations of a pickle.</summary>
internal static class Pickles
{
    private static readonly string[] Names =
    [
        "os\nsystem\n", "builtins\neval\n", "collections\nOrderedDict\n", "torch._utils\n_rebuild_tensor_v2\n",
        "torch._utils\n_rebuild_parameter\n", "torch\nSize\n",
        "torch\nFloatStorage\n", "torch\nQuantizedStorage\n", "__torch__.model\nModel\n", "__torch__\nx\n", "torch.jit._pickle\nbuild_intlist\n", "\n\n",
    ];

    private static readonly byte[] Operations =
    [
        .. "(.0NKMJGX)t}]aesuqrhjcQRb"u8, 0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x93, 0x94, 0x95,
    ];

    public static byte[] Mutate(Random random, byte[] pickle)
    {
        var operations = Split(pickle);
        for (var changes = random.Next(1, 6); changes > 0 && operations.Count > 0; changes--)
        {
            var at = random.Next(operations.Count);
            var count = Math.Min(operations.Count - at, 1 << random.Next(6));
            switch (random.Next(8))
            {
                case 0:
                    operations.RemoveRange(at, count);
                    break;
                case 1: // a part again and again
                    var part = operations.GetRange(at, count);
                    for (var times = 1 << random.Next(random.Next(20) == 0 ? 14 : 5); times > 0 && operations.Count < 300_000; times--)
                    {
                        operations.InsertRange(at, part);
                    }
                    break;
                case 2:
                    operations.Insert(at, Operation(random));
                    break;
                case 3:
                    operations[at] = Operation(random);
                    break;
                case 4:
                    var other = random.Next(operations.Count);
                    (operations[at], operations[other]) = (operations[other], operations[at]);
                    break;
                case 5: // another argument
                    operations[at] = [operations[at][0], .. Bytes.Mutate(random, operations[at][1..])];
                    break;
                case 6: // one of the remembered values
                    operations.Insert(at, [(byte)'h', (byte)random.Next(40)]);
                    break;
                default: // a name
                    operations[at] = [(byte)'c', .. Encoding.ASCII.GetBytes(Names[random.Next(Names.Length)])];
                    break;
            }
        }
        return [.. operations.SelectMany(operation => operation)];
    }

    private static byte[] Operation(Random random)
    {
        var argument = new byte[random.Next(4) == 0 ? 8 : random.Next(5)];
        Bytes.Put(argument, 0, 8, Bytes.Number(random));
        return [random.Next(8) == 0 ? (byte)random.Next(256) : Operations[random.Next(Operations.Length)], .. argument];
    }

    // As far as it is one: a damaged rest stays one piece.
    private static List<byte[]> Split(byte[] pickle)
    {
        var operations = new List<byte[]>();
        for (var at = 0; at < pickle.Length;)
        {
            var rest = pickle.AsSpan(at + 1);
            var argument = pickle[at] switch
            {
                0x80 or (byte)'K' or (byte)'q' or (byte)'h' => 1,
                (byte)'M' => 2,
                (byte)'J' or (byte)'r' or (byte)'j' => 4,
                (byte)'G' or 0x95 => 8,
                0x8a or 0x8c when rest.Length > 0 => 1 + rest[0],
                (byte)'X' when rest.Length >= 4 => (int)Math.Min(rest.Length, 4L + BinaryPrimitives.ReadUInt32LittleEndian(rest)),
                (byte)'c' => Lines(rest),
                _ => 0,
            };
            var end = Math.Min(pickle.Length, at + 1 + argument);
            operations.Add(pickle[at..end]);
            at = end;
        }
        return operations;

        static int Lines(ReadOnlySpan<byte> rest)
        {
            var first = rest.IndexOf((byte)'\n') + 1;
            return first + rest[first..].IndexOf((byte)'\n') + 1;
        }
    }
}
