using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The image encoder's weights with the linear layers of its blocks as 8-bit integers, in a file of their own.</summary>
/// <remarks>
/// <para>
/// A row w of a linear layer becomes round(w / c) with c = max |w| / 127. Before that, trained models' few very large channels
/// are spread between weights and inputs: the layer norm in front is divided by s = √|γ| channel by channel, the weights are
/// multiplied by it, which changes no product but evens out the inputs that share one scale when they are quantised at run
/// time. Source: Xiao et al., SmoothQuant, ICML 2023, with the layer norm's own gain as the measure of a channel's size.
/// </para>
/// <para>
/// The file holds OpenAI's names. <c>NAME</c> of a linear layer is [inputs, outputs] in int8 with <c>NAME.scale</c> [outputs];
/// everything else is float32. It is written once, one tensor after the other, and mapped like a model's own file.
/// </para>
/// </remarks>
internal static class EightBitWeights
{
    private const string Blocks = "visual.transformer.resblocks.";
    private const string VersionKey = "adclip_8bit";

    // Raised whenever the numbers in the file change.
    private const string Version = "1";
    private const float Largest = 127;

    /// <summary>The scales of a linear layer's outputs.</summary>
    public static string Scale(string weight) => weight + ".scale";

    /// <summary>Opens the file, which is made first if it is not there or of another version.</summary>
    /// <param name="weights">The model.</param>
    /// <param name="path">Where the file is kept, a name of this model alone; null: in a temporary folder until disposal.</param>
    public static EightBitFile Open(ClipWeights weights, string? path)
    {
        if (path is not null && Existing(path) is { } existing)
        {
            return new EightBitFile(existing, null);
        }
        var temporaryFolder = path is null ? Directory.CreateTempSubdirectory("adclip-8bit-").FullName : null;
        path ??= Path.Combine(temporaryFolder!, "image-encoder.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SafetensorsWriter.Write(path, Tensors(weights), new Dictionary<string, string> { [VersionKey] = Version });
        return new EightBitFile(WeightFile.Open(path), temporaryFolder);
    }

    private static WeightFile? Existing(string path)
    {
        try
        {
            return File.Exists(path) && WeightFile.Open(path) is var file && file.Metadata.GetValueOrDefault(VersionKey) == Version ? file : null;
        }
        catch (RefusedInputException)
        {
            return null; // damaged: made again
        }
    }

    private static List<TensorSource> Tensors(ClipWeights weights)
    {
        var model = weights.Architecture;
        var width = model.VisionWidth;
        var tensors = new List<TensorSource>();
        Copy("visual.conv1.weight");
        Copy("visual.class_embedding");
        Copy("visual.proj");
        foreach (var norm in (string[])["visual.ln_pre", "visual.ln_post"])
        {
            Copy(norm + ".weight");
            Copy(norm + ".bias");
        }
        for (var layer = 0; layer < model.VisionLayers; layer++)
        {
            var block = $"{Blocks}{layer}.";
            var smooth = Norm(block + "ln_1");
            Linear(block + "attn.in_proj_weight", 3 * width, width, () => Joined(weights, block, "weight"), smooth);
            Add(block + "attn.in_proj_bias", [3 * width], () => Joined(weights, block, "bias"));
            Plain(block + "attn.out_proj", null);
            Plain(block + "mlp.c_fc", Norm(block + "ln_2"));
            Plain(block + "mlp.c_proj", null);
        }
        return tensors;

        void Add(string name, long[] shape, Func<float[]> values)
            => tensors.Add(new TensorSource(name, ElementType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(values()))));

        void Copy(string name) => Add(name, [.. weights[name].Shape], () => weights[name].ReadFloats());

        float[] Norm(string name)
        {
            var gain = weights[name + ".weight"].ReadFloats();
            // A channel without gain is constant; there is nothing to even out.
            float[] smooth = [.. gain.Select(g => g == 0 ? 1 : MathF.Sqrt(MathF.Abs(g)))];
            Add(name + ".weight", [gain.Length], () => Divided(gain));
            Add(name + ".bias", [gain.Length], () => Divided(weights[name + ".bias"].ReadFloats()));
            return smooth;

            float[] Divided(float[] values)
            {
                var quotients = new float[values.Length];
                TensorPrimitives.Divide(values, smooth, quotients);
                return quotients;
            }
        }

        void Plain(string name, float[]? smooth)
        {
            var shape = weights[name + ".weight"].Shape;
            Linear(name + ".weight", shape[0], shape[1], () => weights[name + ".weight"].ReadFloats(), smooth);
            Copy(name + ".bias");
        }

        void Linear(string name, long outputs, long inputs, Func<float[]> values, float[]? smooth)
        {
            var scales = new float[outputs];
            tensors.Add(new TensorSource(
                name, ElementType.I8, [inputs, outputs], stream => stream.Write(MemoryMarshal.AsBytes<sbyte>(Quantise(values(), smooth, scales)))));
            // Written after the weights, which find the scales.
            Add(Scale(name), [outputs], () => scales);
        }
    }

    private static float[] Joined(ClipWeights weights, string block, string kind)
        => [.. Enumerable.Range(0, 3).SelectMany(part => weights.Projection(block, part, kind).ReadFloats())];

    /// <param name="values">[outputs, inputs]; changed.</param>
    /// <param name="smooth">[inputs], or null.</param>
    /// <param name="scales">[outputs]; filled.</param>
    /// <returns>[inputs, outputs].</returns>
    private static sbyte[] Quantise(float[] values, float[]? smooth, float[] scales)
    {
        var inputs = values.Length / scales.Length;
        var quantised = new sbyte[values.Length];
        for (var output = 0; output < scales.Length; output++)
        {
            var row = values.AsSpan(output * inputs, inputs);
            if (smooth is not null)
            {
                TensorPrimitives.Multiply(row, smooth, row);
            }
            var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(row));
            scales[output] = largest == 0 ? 1 : largest / Largest;
            TensorPrimitives.Divide(row, scales[output], row);
            for (var input = 0; input < inputs; input++)
            {
                quantised[(input * scales.Length) + output] = (sbyte)MathF.Round(row[input]);
            }
        }
        return quantised;
    }
}
