using System.Runtime.InteropServices;
using System.Text;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>Writes a CLIP model of full size with made-up weights: same file layout and same work as a real one.</summary>
/// <remarks>
/// Scales follow CLIP's initialisation. Four channels of each layer norm are thirty times larger than the rest, as trained
/// models have them: without such channels 8-bit arithmetic would look better than it is. The same numbers on every machine.
/// </remarks>
internal static class RandomClip
{
    private const int Vocabulary = 49408;
    private const int Context = 77;
    private const int OutlierChannels = 4;
    private const float OutlierGain = 30;

    public static void Write(string path, ClipSize size, ElementType type = ElementType.F32)
    {
        var tensors = new List<TensorSource>();
        Add("visual.conv1.weight", 1 / MathF.Sqrt(3 * size.Patch * size.Patch), size.Width, 3, size.Patch, size.Patch);
        Add("visual.class_embedding", 0.5f, size.Width);
        Add("visual.positional_embedding", 0.5f, (size.Grid * size.Grid) + 1, size.Width);
        Add("visual.proj", 1 / MathF.Sqrt(size.Width), size.Width, size.Embed);
        Norm("visual.ln_pre", size.Width, outliers: false);
        Norm("visual.ln_post", size.Width, outliers: false);
        Blocks("visual.transformer.resblocks.", size.Layers, size.Width);
        Add("positional_embedding", 0.01f, Context, size.TextWidth);
        Add("token_embedding.weight", 0.02f, Vocabulary, size.TextWidth);
        Add("text_projection", 1 / MathF.Sqrt(size.TextWidth), size.TextWidth, size.Embed);
        Norm("ln_final", size.TextWidth, outliers: false);
        Blocks("transformer.resblocks.", 12, size.TextWidth);
        SafetensorsWriter.Write(path, tensors);

        void Add(string name, float scale, params long[] shape)
            => tensors.Add(new TensorSource(name, type, shape, stream => Fill(stream, name, shape, type, (random, _) => scale * random)));

        void Norm(string name, int width, bool outliers)
        {
            tensors.Add(new TensorSource($"{name}.weight", type, [width], stream => Fill(stream, name, [width], type, (random, i) =>
                (1 + (0.1f * random)) * (outliers && i % (width / OutlierChannels) == 7 ? OutlierGain : 1))));
            Add($"{name}.bias", 0.02f, width);
        }

        void Blocks(string group, int layers, int width)
        {
            var residual = 1 / MathF.Sqrt(2 * layers * width);
            for (var i = 0; i < layers; i++)
            {
                Norm($"{group}{i}.ln_1", width, outliers: true);
                Norm($"{group}{i}.ln_2", width, outliers: true);
                Linear($"{group}{i}.attn.in_proj_", 0.3f / MathF.Sqrt(width), 3 * width, width);
                Linear($"{group}{i}.attn.out_proj.", residual, width, width);
                Linear($"{group}{i}.mlp.c_fc.", 0.3f / MathF.Sqrt(width), 4 * width, width);
                Linear($"{group}{i}.mlp.c_proj.", residual, width, 4 * width);
            }
        }

        void Linear(string name, float scale, int outputs, int inputs)
        {
            Add(name + "weight", scale, outputs, inputs);
            Add(name + "bias", 0.02f, outputs);
        }
    }

    // Uniform with variance one, from a hash of the name and the position.
    private static void Fill(Stream stream, string name, long[] shape, ElementType type, Func<float, int, float> value)
    {
        var seed = 0xcbf29ce484222325UL;
        foreach (var letter in Encoding.UTF8.GetBytes(name))
        {
            seed = (seed ^ letter) * 0x100000001b3UL;
        }
        var count = shape.Aggregate(1L, (product, length) => product * length);
        var buffer = new float[1 << 16];
        var halves = new Half[type == ElementType.F16 ? buffer.Length : 0];
        for (var start = 0L; start < count; start += buffer.Length)
        {
            var part = (int)Math.Min(buffer.Length, count - start);
            for (var i = 0; i < part; i++)
            {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                buffer[i] = value(((seed >> 40) / 8388608f - 1) * 1.7320508f, (int)Math.Min(start + i, int.MaxValue));
            }
            if (type == ElementType.F16)
            {
                System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(buffer.AsSpan(0, part), halves);
                stream.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, part)));
            }
            else
            {
                stream.Write(MemoryMarshal.AsBytes(buffer.AsSpan(0, part)));
            }
        }
    }
}
