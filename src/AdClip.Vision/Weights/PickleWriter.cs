using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace AdClip.Vision.Weights;

/// <summary>Writes the pickle of a state dict, operation for operation as Python does for PyTorch (protocol 2).</summary>
internal sealed class PickleWriter
{
    private const int MostItemsAtOnce = 1000;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Dictionary<string, int> _memo = new(StringComparer.Ordinal);
    private int _remembered;

    private PickleWriter()
    {
    }

    /// <summary>The pickle of <c>{key: state dict}</c>.</summary>
    /// <param name="key">The only key of the outer dictionary.</param>
    /// <param name="tensors">In the order of the state dict.</param>
    /// <param name="modules">Paths of the modules that the state dict's notes name; each has version 1.</param>
    public static byte[] StateDict(string key, IReadOnlyList<(string Name, PickleTensor Tensor)> tensors, IReadOnlyList<string> modules)
    {
        var writer = new PickleWriter();
        writer.Operation(0x80, 2);
        writer.Dictionary();
        writer.Text(key);
        writer.OrderedDictionary();
        writer.Items(tensors, item =>
        {
            writer.Text(item.Name);
            writer.Tensor(item.Tensor);
        });
        writer.Dictionary();
        writer.Text("_metadata");
        writer.OrderedDictionary();
        writer.Items(modules, module =>
        {
            writer.Text(module);
            writer.Dictionary();
            writer.Text("version");
            writer.Number(1);
            writer.Operation((byte)'s');
        });
        writer.Operation((byte)'s');
        writer.Operation((byte)'b');
        writer.Operation((byte)'s');
        writer.Operation((byte)'.');
        return writer._bytes.WrittenSpan.ToArray();
    }

    private void Tensor(PickleTensor tensor)
    {
        Name("torch._utils", "_rebuild_tensor_v2");
        Operation((byte)'(');
        Operation((byte)'(');
        Text("storage");
        Name("torch", StorageName(tensor.Storage.Type));
        Text(tensor.Storage.Key);
        Text("cpu");
        Number(tensor.Storage.Count);
        Operation((byte)'t');
        Remember();
        Operation((byte)'Q');
        Number(tensor.Offset);
        Tuple(tensor.Shape);
        Tuple(tensor.Strides);
        Operation(0x89); // needs no gradient
        OrderedDictionary(); // no hooks
        Operation((byte)'t');
        Remember();
        Operation((byte)'R');
        Remember();
    }

    private static string StorageName(ElementType type) => type switch
    {
        ElementType.F32 => "FloatStorage",
        ElementType.F16 => "HalfStorage",
        ElementType.I32 => "IntStorage",
        ElementType.I64 => "LongStorage",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such tensors are written."),
    };

    private void Items<T>(IReadOnlyList<T> items, Action<T> write)
    {
        foreach (var some in items.Chunk(MostItemsAtOnce))
        {
            if (some.Length > 1)
            {
                Operation((byte)'(');
            }
            Array.ForEach(some, write);
            Operation(some.Length > 1 ? (byte)'u' : (byte)'s');
        }
    }

    private void Dictionary()
    {
        Operation((byte)'}');
        Remember();
    }

    private void OrderedDictionary()
    {
        Name("collections", "OrderedDict");
        Operation((byte)')');
        Operation((byte)'R');
        Remember();
    }

    private void Tuple(long[] values)
    {
        if (values.Length is 0 or > 3)
        {
            Operation(values.Length == 0 ? (byte)')' : (byte)'(');
        }
        Array.ForEach(values, Number);
        if (values.Length > 0)
        {
            Operation(values.Length > 3 ? (byte)'t' : (byte)(0x84 + values.Length));
            Remember();
        }
    }

    private void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        switch (value)
        {
            case >= 0 and <= byte.MaxValue:
                Operation((byte)'K', (byte)value);
                break;
            case > byte.MaxValue and <= ushort.MaxValue:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
                Operation((byte)'M', bytes[..2]);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, checked((int)value));
                Operation((byte)'J', bytes);
                break;
        }
    }

    private void Text(string text)
    {
        if (Recall(text))
        {
            return;
        }
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        Operation((byte)'X', length);
        _bytes.Write(utf8);
        Remember(text);
    }

    private void Name(string module, string name)
    {
        var line = $"{module}\n{name}\n";
        if (Recall(line))
        {
            return;
        }
        Operation((byte)'c', Encoding.ASCII.GetBytes(line));
        Remember(line);
    }

    private bool Recall(string what)
    {
        if (!_memo.TryGetValue(what, out var index))
        {
            return false;
        }
        Memo((byte)'h', (byte)'j', index);
        return true;
    }

    // Python numbers every object that it might need again, also those that are not.
    private void Remember(string? what = null)
    {
        if (what is not null)
        {
            _memo[what] = _remembered;
        }
        Memo((byte)'q', (byte)'r', _remembered++);
    }

    private void Memo(byte shortOperation, byte longOperation, int index)
    {
        if (index <= byte.MaxValue)
        {
            Operation(shortOperation, (byte)index);
            return;
        }
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, index);
        Operation(longOperation, bytes);
    }

    private void Operation(byte operation, params ReadOnlySpan<byte> argument)
    {
        _bytes.Write([operation]);
        _bytes.Write(argument);
    }
}
