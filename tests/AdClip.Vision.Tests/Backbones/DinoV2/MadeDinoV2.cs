using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.DinoV2;

/// <summary>A tiny DINOv2 model of random numbers in a folder of its own: width 64, three blocks, patches of 4 pixels, a table of 3 x 3.</summary>
internal sealed class MadeDinoV2 : IDisposable
{
    private const int Width = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-dinov2").FullName;

    public MadeDinoV2(int registers)
    {
        Add("cls_token", 1, 1, Width);
        Add("pos_embed", 1, 10, Width);
        Add("mask_token", 1, Width);
        if (registers > 0)
        {
            Add("register_tokens", 1, registers, Width);
        }
        Add("patch_embed.proj.weight", Width, 3, 4, 4);
        Add("patch_embed.proj.bias", Width);
        foreach (var block in Enumerable.Range(0, 3).Select(i => $"blocks.{i}."))
        {
            Pair(block + "norm1", Width);
            Pair(block + "attn.qkv", 3 * Width, Width);
            Pair(block + "attn.proj", Width, Width);
            Add(block + "ls1.gamma", Width);
            Pair(block + "norm2", Width);
            Pair(block + "mlp.fc1", 4 * Width, Width);
            Pair(block + "mlp.fc2", Width, 4 * Width);
            Add(block + "ls2.gamma", Width);
        }
        Pair("norm", Width);
    }

    /// <summary>May be changed before it is written.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> Tensors { get; } = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public void Add(string name, params long[] shape)
        => Tensors[name] = (shape, Random((int)shape.Aggregate((product, length) => product * length), Tensors.Count));

    /// <summary>Gives every tensor another name.</summary>
    public void Rename(Func<string, string> to)
    {
        var all = Tensors.ToArray();
        Tensors.Clear();
        foreach (var (name, tensor) in all)
        {
            Tensors[to(name)] = tensor;
        }
    }

    /// <summary>Writes the weights, and a config.json beside them if one is given.</summary>
    public string Write(string? config = null)
    {
        var path = Path.Combine(_folder, "made.safetensors");
        SafetensorsWriter.Write(path, [.. Tensors.Select(pair => (pair.Key, pair.Value.Shape, pair.Value.Values))]);
        if (config is not null)
        {
            File.WriteAllText(Path.Combine(_folder, "config.json"), config);
        }
        return path;
    }

    public static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) / 2))];
    }

    private void Pair(string name, params long[] shape)
    {
        Add(name + ".weight", shape);
        Add(name + ".bias", shape[0]);
    }
}
