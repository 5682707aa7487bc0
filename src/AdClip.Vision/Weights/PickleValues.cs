using System.Globalization;

namespace AdClip.Vision.Weights;

/// <summary>A name that a pickle refers to; only a few known ones mean anything here.</summary>
internal sealed record PickleName(string Module, string Name);

/// <summary>A TorchScript module: a bag of attributes, its class is ignored.</summary>
internal sealed class PickleModule
{
    public Dictionary<object, object?> Attributes { get; set; } = [];
}

/// <summary>The elements that tensors are views of; lies in the file under its key.</summary>
internal sealed record PickleStorage(ElementType Type, string Key, long Count);

/// <summary>A tensor as the pickle describes it: a view of a storage, in elements.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>Keys of a pickled dictionary. Numbers are hashed with a secret, as texts are, so that no file can make them collide.</summary>
internal sealed class PickleKeys : IEqualityComparer<object>
{
    public static PickleKeys Comparer { get; } = new();

    public new bool Equals(object? x, object? y) => object.Equals(x, y);

    public int GetHashCode(object key) => key is long number ? HashCode.Combine(number) : key.GetHashCode();
}

/// <summary>Walks the values of a pickle.</summary>
internal static class PickleTree
{
    // A memo lets a dictionary contain itself, or twice the same one, which contains twice the same one: these hold for any file of tensors.
    private const int MostVisits = 200_000;
    private const int Deepest = 32;
    private const int LongestName = 1000;

    /// <summary>The tensors below <paramref name="root"/>, named by the keys on the way joined with dots.</summary>
    /// <exception cref="RefusedInputException">The values nest without end.</exception>
    public static IEnumerable<(string Name, PickleTensor Tensor)> Tensors(object? root, string file)
    {
        var visits = 0;
        var open = new Stack<(string Prefix, object? Value, int Depth)>([("", root, 0)]);
        while (open.TryPop(out var top))
        {
            if (top.Value is PickleTensor tensor)
            {
                yield return (top.Prefix, tensor);
            }
            foreach (var (key, value) in Children(top.Value))
            {
                var name = Convert.ToString(key, CultureInfo.InvariantCulture) ?? "";
                if (value is not (PickleTensor or PickleModule or Dictionary<object, object?>))
                {
                    continue;
                }
                if (++visits > MostVisits || top.Depth >= Deepest || top.Prefix.Length + name.Length >= LongestName)
                {
                    throw new RefusedInputException(
                        RefusalCode.PickleInvalid, $"The list of tensors in {file} nests without end; save the weights as safetensors.", file);
                }
                open.Push((top.Prefix.Length == 0 ? name : $"{top.Prefix}.{name}", value, top.Depth + 1));
            }
        }
    }

    private static Dictionary<object, object?> Children(object? value) => value switch
    {
        PickleModule module => module.Attributes,
        Dictionary<object, object?> dictionary => dictionary,
        _ => [],
    };
}
