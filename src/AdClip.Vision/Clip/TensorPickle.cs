using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AdClip.Vision.Clip;

/// <summary>A name that a pickle refers to; only a few known ones mean anything here.</summary>
internal sealed record PickleName(string Module, string Name);

/// <summary>A TorchScript module: a bag of attributes, its class is ignored.</summary>
internal sealed class PickleModule
{
    public Dictionary<object, object?> Attributes { get; } = [];
}

/// <summary>A tensor as the pickle describes it: a view into the archive member <c>data/Key</c>.</summary>
internal sealed record PickleTensor(ElementType Type, string Key, long Offset, long[] Shape, long[] Strides);

/// <summary>Understands the pickles that hold tensors, dictionaries, lists and plain values, and nothing else.</summary>
/// <remarks>
/// A pickle is a program. This reader runs none of it: it keeps a stack of inert values, and a call of anything other than
/// the few functions that describe tensors and containers is refused.
/// </remarks>
internal sealed class TensorPickle
{
    private const int DepthLimit = 1000;
    private static readonly object Mark = new();

    private readonly byte[] _bytes;
    private readonly string _file;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _at;

    private TensorPickle(byte[] bytes, string file)
    {
        _bytes = bytes;
        _file = file;
    }

    /// <summary>The one value that the pickle describes.</summary>
    /// <exception cref="RefusedInputException">It is damaged, or calls code.</exception>
    public static object? Read(byte[] bytes, string file)
    {
        try
        {
            return new TensorPickle(bytes, file).Run();
        }
        catch (Exception wrong) when (wrong is ArgumentException or IndexOutOfRangeException or InvalidCastException or OverflowException or FormatException or NullReferenceException or KeyNotFoundException)
        {
            throw new RefusedInputException(RefusalCode.PickleInvalid, $"The list of tensors in {file} is damaged; copy the file again.", file);
        }
    }

    private object? Run()
    {
        while (true)
        {
            var operation = _bytes[_at++];
            switch (operation)
            {
                case 0x80: // protocol
                    _at++;
                    break;
                case 0x95: // frame
                    _at += 8;
                    break;
                case (byte)'.':
                    return Pop();
                case (byte)'(':
                    Push(Mark);
                    break;
                case (byte)'0':
                    Pop();
                    break;
                case (byte)'N':
                    Push(null);
                    break;
                case 0x88:
                    Push(true);
                    break;
                case 0x89:
                    Push(false);
                    break;
                case (byte)'K':
                    Push((long)_bytes[_at++]);
                    break;
                case (byte)'M':
                    Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                    break;
                case (byte)'J':
                    Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                    break;
                case 0x8a:
                    Push(ReadLong());
                    break;
                case (byte)'G':
                    Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                    break;
                case (byte)'X':
                    Push(ReadText(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                    break;
                case 0x8c:
                    Push(ReadText(_bytes[_at++]));
                    break;
                case (byte)')':
                    Push(Array.Empty<object?>());
                    break;
                case 0x85:
                    Push(PopMany(1));
                    break;
                case 0x86:
                    Push(PopMany(2));
                    break;
                case 0x87:
                    Push(PopMany(3));
                    break;
                case (byte)'t':
                    Push(PopToMark());
                    break;
                case (byte)'}':
                    Push(new Dictionary<object, object?>());
                    break;
                case (byte)']':
                    Push(new List<object?>());
                    break;
                case (byte)'a':
                    {
                        var item = Pop();
                        ((List<object?>)Peek()!).Add(item);
                        break;
                    }
                case (byte)'e':
                    {
                        var items = PopToMark();
                        ((List<object?>)Peek()!).AddRange(items);
                        break;
                    }
                case (byte)'s':
                    {
                        var pair = PopMany(2);
                        SetItems(Peek(), pair);
                        break;
                    }
                case (byte)'u':
                    {
                        var pairs = PopToMark();
                        SetItems(Peek(), pairs);
                        break;
                    }
                case (byte)'q':
                    _memo[_bytes[_at++]] = Peek();
                    break;
                case (byte)'r':
                    _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek();
                    break;
                case 0x94:
                    _memo[(uint)_memo.Count] = Peek();
                    break;
                case (byte)'h':
                    Push(_memo[_bytes[_at++]]);
                    break;
                case (byte)'j':
                    Push(_memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))]);
                    break;
                case (byte)'c':
                    Push(new PickleName(ReadLine(), ReadLine()));
                    break;
                case 0x93:
                    {
                        var names = PopMany(2);
                        Push(new PickleName((string)names[0]!, (string)names[1]!));
                        break;
                    }
                case (byte)'Q':
                    Push(Pop()); // a storage stays the tuple that describes it
                    break;
                case (byte)'R':
                    {
                        var call = PopMany(2);
                        Push(Describe((PickleName)call[0]!, (object?[])call[1]!));
                        break;
                    }
                case 0x81:
                    {
                        var call = PopMany(2);
                        Push(NewObject((PickleName)call[0]!));
                        break;
                    }
                case (byte)'b':
                    {
                        var state = Pop();
                        if (Peek() is PickleModule module)
                        {
                            foreach (var (key, value) in (Dictionary<object, object?>)state!)
                            {
                                module.Attributes[key] = value;
                            }
                        }
                        // The state of an ordered dictionary is bookkeeping (_metadata) that says nothing about tensors.
                        break;
                    }
                default:
                    throw new RefusedInputException(RefusalCode.PickleUnsupported, $"{_file} uses pickle operation 0x{operation:x2}, which no file of tensors needs; save the weights as safetensors.", _file, $"0x{operation:x2}");
            }
        }
    }

    private object Describe(PickleName function, object?[] arguments) => (function.Module, function.Name) switch
    {
        ("collections", "OrderedDict") when arguments.Length == 0 => new Dictionary<object, object?>(),
        ("torch._utils", "_rebuild_tensor_v2") => Tensor(arguments),
        ("torch._utils", "_rebuild_parameter") => (PickleTensor)arguments[0]!,
        ("torch", "Size") => (object?[])arguments[0]!,
        // TorchScript's notes about the element type of a list say nothing about tensors.
        ("torch.jit._pickle", "build_intlist" or "build_doublelist" or "build_boollist" or "build_tensorlist" or "restore_type_tag") => arguments[0]!,
        _ => throw Code(function),
    };

    private PickleModule NewObject(PickleName type)
        => type.Module == "__torch__" || type.Module.StartsWith("__torch__.", StringComparison.Ordinal) ? new PickleModule() : throw Code(type);

    private PickleTensor Tensor(object?[] arguments)
    {
        var storage = (object?[])arguments[0]!;
        var type = (PickleName)storage[1]!;
        if ((string)storage[0]! != "storage" || type.Module is not ("torch" or "torch.storage"))
        {
            throw Code(type);
        }
        ElementType element = type.Name switch
        {
            "FloatStorage" => ElementType.F32,
            "HalfStorage" => ElementType.F16,
            "BFloat16Storage" => ElementType.BF16,
            "DoubleStorage" => ElementType.F64,
            "LongStorage" => ElementType.I64,
            "IntStorage" => ElementType.I32,
            "ShortStorage" => ElementType.I16,
            "CharStorage" => ElementType.I8,
            "ByteStorage" => ElementType.U8,
            "BoolStorage" => ElementType.Bool,
            _ => throw new RefusedInputException(RefusalCode.WeightTypeUnsupported, $"{_file} holds a {type.Name}, which cannot be used as weights; store it as float32, float16 or bfloat16.", _file, type.Name),
        };
        return new PickleTensor(element, (string)storage[2]!, (long)arguments[1]!, Lengths(arguments[2]), Lengths(arguments[3]));
    }

    private static long[] Lengths(object? tuple) => [.. ((object?[])tuple!).Select(length => (long)length!)];

    private static void SetItems(object? target, object?[] pairs)
    {
        var dictionary = (Dictionary<object, object?>)target!;
        for (var i = 0; i < pairs.Length; i += 2)
        {
            dictionary[pairs[i]!] = pairs[i + 1];
        }
    }

    private RefusedInputException Code(PickleName name)
        => new(RefusalCode.PickleCallsCode, $"{_file} asks to run {name.Module}.{name.Name}; only files of plain tensors are read, so save the state dict alone or as safetensors.", _file, $"{name.Module}.{name.Name}");

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack[^1];

    private object? Pop()
    {
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        object?[] items = [.. _stack.GetRange(_stack.Count - count, count)];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var items = PopMany(_stack.Count - 1 - _stack.LastIndexOf(Mark));
        Pop();
        return items;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes.AsSpan(_at, count);
        _at += count;
        return taken;
    }

    private string ReadText(uint bytes) => Encoding.UTF8.GetString(Take(checked((int)bytes)));

    private string ReadLine()
    {
        var end = Array.IndexOf(_bytes, (byte)'\n', _at);
        var line = Encoding.UTF8.GetString(_bytes, _at, end - _at);
        _at = end + 1;
        return line;
    }

    private long ReadLong()
    {
        var bytes = Take(_bytes[_at++]);
        if (bytes.Length > 8)
        {
            throw new OverflowException(bytes.Length.ToString(CultureInfo.InvariantCulture));
        }
        var value = 0L;
        for (var i = 0; i < bytes.Length; i++)
        {
            value |= (long)bytes[i] << (8 * i);
        }
        var unused = 64 - (8 * bytes.Length);
        return bytes.Length == 0 ? 0 : value << unused >> unused;
    }

    /// <summary>The tensors below <paramref name="root"/>, named by the keys on the way joined with dots.</summary>
    public static IEnumerable<(string Name, PickleTensor Tensor)> Flatten(object? root)
    {
        var open = new Stack<(string Prefix, object? Value, int Depth)>([("", root, 0)]);
        while (open.TryPop(out var top))
        {
            var children = top.Value switch
            {
                PickleModule module => module.Attributes,
                Dictionary<object, object?> dictionary => dictionary,
                _ => null,
            };
            if (top.Value is PickleTensor tensor)
            {
                yield return (top.Prefix, tensor);
            }
            // A memo lets a dictionary contain itself: no file of tensors nests this deep.
            else if (children is not null && top.Depth < DepthLimit)
            {
                foreach (var (key, value) in children)
                {
                    var name = Convert.ToString(key, CultureInfo.InvariantCulture);
                    open.Push((top.Prefix.Length == 0 ? name! : $"{top.Prefix}.{name}", value, top.Depth + 1));
                }
            }
        }
    }
}
