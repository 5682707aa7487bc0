namespace AdClip.Vision.Weights;

/// <summary>Understands the pickles that hold tensors, dictionaries, lists and plain values, and nothing else.</summary>
/// <remarks>
/// A pickle is a program. This reader runs none of it: it keeps a stack of inert values, and a call of anything other than
/// the few functions that describe tensors and containers is refused.
/// </remarks>
internal sealed class TensorPickle
{
    // Some 30 for each tensor: room for the largest models with their optimiser, and a bound for memory.
    private const int MostOperations = 500_000;
    private static readonly object Mark = new();

    private readonly PickleSource _source;
    private readonly PickleCalls _calls;
    private readonly string _file;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];

    private TensorPickle(PickleSource source, string file)
    {
        _source = source;
        _calls = new PickleCalls(file);
        _file = file;
    }

    /// <summary>The one value that the pickle describes; the source then stands behind it.</summary>
    /// <param name="source">Stands at its first byte.</param>
    /// <param name="file">The file's name, for sentences.</param>
    /// <param name="storages">Receives the storages that it names, by key.</param>
    /// <exception cref="RefusedInputException">It is damaged, or calls code.</exception>
    public static object? Read(PickleSource source, string file, Dictionary<string, PickleStorage> storages)
    {
        try
        {
            return new TensorPickle(source, file).Run(storages);
        }
        catch (Exception wrong) when (wrong is ArgumentException or IndexOutOfRangeException or InvalidCastException
            or OverflowException or NullReferenceException or KeyNotFoundException or EndOfStreamException)
        {
            throw Invalid(file);
        }
    }

    public static RefusedInputException Invalid(string file)
        => new(RefusalCode.PickleInvalid, $"The list of tensors in {file} is damaged; copy the file again.", file);

    private object? Run(Dictionary<string, PickleStorage> storages)
    {
        for (var operations = 0; operations < MostOperations; operations++)
        {
            var operation = _source.ReadByte();
            switch (operation)
            {
                case (byte)'.':
                    return Pop();
                case (byte)'Q':
                    {
                        var storage = _calls.Storage((object?[])Pop()!);
                        if (storages.TryGetValue(storage.Key, out var known) && known != storage)
                        {
                            throw Invalid(_file);
                        }
                        storages[storage.Key] = storage;
                        Push(storage);
                        break;
                    }
                case (byte)'R':
                    {
                        var call = PopMany(2);
                        Push(_calls.Call((PickleName)call[0]!, (object?[])call[1]!));
                        break;
                    }
                case 0x81:
                    {
                        var call = PopMany(2);
                        Push(_calls.New((PickleName)call[0]!));
                        break;
                    }
                case (byte)'b':
                    {
                        var state = Pop();
                        if (Peek() is PickleModule module)
                        {
                            module.Attributes = state as Dictionary<object, object?> ?? throw Invalid(_file);
                        }
                        // The state of an ordered dictionary is bookkeeping (_metadata) that says nothing about tensors.
                        break;
                    }
                default:
                    if (!PushPlain(operation) && !Collect(operation) && !Remember(operation))
                    {
                        throw new RefusedInputException(
                            RefusalCode.PickleUnsupported,
                            $"{_file} uses pickle operation 0x{operation:x2}, which no file of tensors needs; save the weights as safetensors.",
                            _file,
                            $"0x{operation:x2}");
                    }
                    break;
            }
        }
        throw new RefusedInputException(
            RefusalCode.PickleInvalid,
            $"The list of tensors in {_file} takes more than {MostOperations} steps, which no file of tensors needs; save the weights as safetensors.",
            _file);
    }

    private bool PushPlain(byte operation)
    {
        switch (operation)
        {
            case 0x80: // protocol
                _source.Skip(1);
                return true;
            case 0x95: // frame
                _source.Skip(8);
                return true;
            case (byte)'N':
                Push(null);
                return true;
            case 0x88:
                Push(true);
                return true;
            case 0x89:
                Push(false);
                return true;
            case (byte)'K':
                Push((long)_source.ReadByte());
                return true;
            case (byte)'M':
                Push((long)_source.ReadUInt16());
                return true;
            case (byte)'J':
                Push((long)_source.ReadInt32());
                return true;
            case 0x8a:
                Push(Long(_source.ReadBytes(_source.ReadByte())));
                return true;
            case (byte)'G':
                Push(_source.ReadDouble());
                return true;
            case (byte)'X':
                Push(_source.ReadText(_source.ReadUInt32()));
                return true;
            case 0x8c:
                Push(_source.ReadText(_source.ReadByte()));
                return true;
            case (byte)'c':
                Push(new PickleName(_source.ReadLine(), _source.ReadLine()));
                return true;
            case 0x93:
                {
                    var names = PopMany(2);
                    Push(new PickleName((string)names[0]!, (string)names[1]!));
                    return true;
                }
            default:
                return false;
        }
    }

    private bool Collect(byte operation)
    {
        switch (operation)
        {
            case (byte)'(':
                Push(Mark);
                return true;
            case (byte)'0':
                Pop();
                return true;
            case (byte)')':
                Push(Array.Empty<object?>());
                return true;
            case 0x85 or 0x86 or 0x87:
                Push(PopMany(operation - 0x84));
                return true;
            case (byte)'t':
                Push(PopToMark());
                return true;
            case (byte)'}':
                Push(new Dictionary<object, object?>(PickleKeys.Comparer));
                return true;
            case (byte)']':
                Push(new List<object?>());
                return true;
            case (byte)'a' or (byte)'e':
                {
                    var items = operation == (byte)'a' ? PopMany(1) : PopToMark();
                    ((List<object?>)Peek()!).AddRange(items);
                    return true;
                }
            case (byte)'s' or (byte)'u':
                {
                    var pairs = operation == (byte)'s' ? PopMany(2) : PopToMark();
                    var dictionary = (Dictionary<object, object?>)Peek()!;
                    for (var i = 0; i < pairs.Length; i += 2)
                    {
                        dictionary[pairs[i]!] = pairs[i + 1];
                    }
                    return true;
                }
            default:
                return false;
        }
    }

    private bool Remember(byte operation)
    {
        switch (operation)
        {
            case (byte)'q':
                _memo[_source.ReadByte()] = Peek();
                return true;
            case (byte)'r':
                _memo[_source.ReadUInt32()] = Peek();
                return true;
            case 0x94:
                _memo[(uint)_memo.Count] = Peek();
                return true;
            case (byte)'h':
                Push(_memo[_source.ReadByte()]);
                return true;
            case (byte)'j':
                Push(_memo[_source.ReadUInt32()]);
                return true;
            default:
                return false;
        }
    }

    // Little-endian two's complement. Longer numbers than any length stay bytes.
    private static object Long(byte[] bytes)
    {
        if (bytes.Length > 8)
        {
            return bytes;
        }
        var value = 0L;
        for (var i = 0; i < bytes.Length; i++)
        {
            value |= (long)bytes[i] << (8 * i);
        }
        var unused = 64 - (8 * bytes.Length);
        return bytes.Length == 0 ? 0L : value << unused >> unused;
    }

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
}
