using System.Globalization;
using System.Numerics.Tensors;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.DinoV2;
using AdClip.Vision.Tests.Backbones.Clip;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.DinoV2;

/// <summary>ViT-S/14 with registers, its weights made from a hash as the golden case says. Slow and large, so run on demand.</summary>
public sealed class DinoV2FullSizeTests : IDisposable
{
    private const int Width = 384;
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-dinov2-fullsize").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Explicit = true)]
    public void Run_FullSizeModel_WithinTolerance()
    {
        var golden = Golden.Open("dinov2/fullsize/vit-s-14-reg4");
        var path = Path.Combine(_folder, "weights.safetensors");
        SafetensorsWriter.Write(path, Tensors());
        var weights = DinoV2Run.Open(path);
        var outputs = new Dictionary<(string Size, bool IsNormed), Dictionary<string, float[]>>();

        foreach (var name in golden.Case.GetProperty("tolerances").EnumerateObject().Select(output => output.Name))
        {
            var parts = name.Split('.');
            var isNormed = name.Contains("norm", StringComparison.Ordinal);
            if (!outputs.TryGetValue((parts[0], isNormed), out var run))
            {
                int[] sides = [.. parts[0][1..].Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture))];
                var settings = new DinoV2Settings(sides[0], sides[1], isNormed ? [12] : [4, 5, 12], isNormed ? NormedLayers.All : NormedLayers.None, isNormed);
                outputs[(parts[0], isNormed)] = run = DinoV2Run.Outputs(
                    weights, settings, FullSizeTests.Values("input.image", 3 * sides[0] * sides[1], 1.7f), 1, isBatched: false, withStreams: false,
                    [.. settings.Layers.Select(EncoderValues.Patches), .. isNormed ? (string[])[EncoderValues.Class] : []]);
            }
            if (parts.Length == 2)
            {
                golden.AssertClose(name, run[EncoderValues.Class]);
                continue;
            }
            var tokens = run[EncoderValues.Patches(int.Parse(parts[1].AsSpan("block".Length), CultureInfo.InvariantCulture) + 1)];
            var kept = parts[2].StartsWith("class", StringComparison.Ordinal) ? [0] : golden[$"{parts[0]}.token_indices"].Select(index => 1 + (int)index);
            golden.AssertClose(name, [.. kept.SelectMany(token => tokens.Skip(token * Width).Take(Width))]);
        }
        Assert.Equal(4, weights.Architecture.Registers);
    }

    private static List<(string Name, long[] Shape, float[] Values)> Tensors()
    {
        var tensors = new List<(string Name, long[] Shape, float[] Values)>();
        Add("cls_token", 0.5f, 1, 1, Width);
        Add("pos_embed", 0.5f, 1, 1370, Width);
        Add("register_tokens", 0.5f, 1, 4, Width);
        Add("patch_embed.proj.weight", Scale(3 * 14 * 14), Width, 3, 14, 14);
        Add("patch_embed.proj.bias", 0.02f, Width);
        for (var i = 0; i < 12; i++)
        {
            var block = $"blocks.{i}.";
            Norm(block + "norm1");
            Linear(block + "attn.qkv", 3 * Width, Width);
            Linear(block + "attn.proj", Width, Width);
            Around(block + "ls1.gamma", 0.6f, 0.4f);
            Norm(block + "norm2");
            Linear(block + "mlp.fc1", 4 * Width, Width);
            Linear(block + "mlp.fc2", Width, 4 * Width);
            Around(block + "ls2.gamma", 0.6f, 0.4f);
        }
        Norm("norm");
        return tensors;

        static float Scale(int inputs) => (float)Math.Sqrt(3.0 / inputs);

        void Add(string name, float scale, params long[] shape)
            => tensors.Add((name, shape, FullSizeTests.Values(name, (int)shape.Aggregate((product, length) => product * length), scale)));

        void Around(string name, float middle, float scale)
        {
            var values = FullSizeTests.Values(name, Width, scale);
            TensorPrimitives.Add(values, middle, values);
            tensors.Add((name, [Width], values));
        }

        void Norm(string name)
        {
            Around(name + ".weight", 1, 0.1f);
            Add(name + ".bias", 0.02f, Width);
        }

        void Linear(string name, int rows, int columns)
        {
            Add(name + ".weight", Scale(columns), rows, columns);
            Add(name + ".bias", 0.02f, rows);
        }
    }
}
