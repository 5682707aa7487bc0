namespace AdClip.Vision.Weights;

/// <summary>The few functions that files of tensors call, as descriptions: nothing is run.</summary>
internal sealed class PickleCalls(string file)
{
    private const int MostAxes = 8;

    /// <summary>What calling the function would give.</summary>
    /// <exception cref="RefusedInputException">A function that tensors do not need.</exception>
    public object Call(PickleName function, object?[] arguments) => (function.Module, function.Name) switch
    {
        ("collections", "OrderedDict") when arguments.Length == 0 => new Dictionary<object, object?>(PickleKeys.Comparer),
        ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor") => new PickleTensor(
            arguments[0] as PickleStorage ?? throw TensorPickle.Invalid(file), (long)arguments[1]!, Lengths(arguments[2]), Lengths(arguments[3])),
        ("torch._utils", "_rebuild_parameter") => (PickleTensor)arguments[0]!,
        ("torch", "Size") => (object?[])arguments[0]!,
        // TorchScript's notes about the element type of a list say nothing about tensors.
        ("torch.jit._pickle", "build_intlist" or "build_doublelist" or "build_boollist" or "build_tensorlist" or "restore_type_tag") => arguments[0]!,
        _ => throw Code(function),
    };

    /// <summary>An object of a class: only TorchScript's modules.</summary>
    /// <exception cref="RefusedInputException">Another class.</exception>
    public PickleModule New(PickleName type)
        => type.Module == "__torch__" || type.Module.StartsWith("__torch__.", StringComparison.Ordinal) ? new PickleModule() : throw Code(type);

    /// <summary>The storage that a persistent id names: ("storage", type, key, device, elements[, view]).</summary>
    /// <exception cref="RefusedInputException">It names something else, or elements of a type that weights do not have.</exception>
    public PickleStorage Storage(object?[] id)
    {
        var type = (PickleName)id[1]!;
        if ((string)id[0]! != "storage" || type.Module is not ("torch" or "torch.storage"))
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
            _ => throw new RefusedInputException(
                RefusalCode.WeightTypeUnsupported, $"{file} holds a {type.Name}, which cannot be used as weights; store it as float32, float16 or bfloat16.",
                file, type.Name),
        };
        return id.Length > 5 && id[5] is not null
            ? throw new RefusedInputException(
                RefusalCode.PickleUnsupported,
                $"{file} holds storages that are parts of others, as only the oldest PyTorch wrote; save the weights as safetensors.",
                file,
                "view")
            : new PickleStorage(element, (string)id[2]!, (long)id[4]!);
    }

    private static long[] Lengths(object? tuple)
    {
        var lengths = (object?[])tuple!;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengths.Length, MostAxes);
        return [.. lengths.Select(length => (long)length!)];
    }

    private RefusedInputException Code(PickleName name)
        => new(
            RefusalCode.PickleCallsCode,
            $"{file} asks to run {name.Module}.{name.Name}; only files of plain tensors are read, so save the state dict alone or as safetensors.",
            file,
            $"{name.Module}.{name.Name}");
}
