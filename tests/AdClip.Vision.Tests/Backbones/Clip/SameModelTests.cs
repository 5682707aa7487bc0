using AdClip.Fuzz;
using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

/// <summary>One model in every container that people have: the same bits must come out.</summary>
public sealed class SameModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-same").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Encode_OneModelInEveryContainer_SameBits()
    {
        // The canonical container, and the others made of its very tensors.
        var source = WeightFile.Open(Golden.TinyClip);
        var expected = Outputs(Golden.TinyClip);
        var tensors = source.Tensors.Values.Select(tensor => (tensor.Name, Shape: tensor.Shape.ToArray(), Values: tensor.ReadFloats())).ToList();

        SafetensorsWriter.Write(Path.Combine(_folder, "open_clip_a.safetensors"), tensors);
        SafetensorsWriter.Write(Path.Combine(_folder, "text_prefix.safetensors"), [.. tensors.Select(tensor => tensor with
        {
            Name = tensor.Name.StartsWith("visual.", StringComparison.Ordinal) || tensor.Name == "logit_scale" ? tensor.Name : $"text.{tensor.Name}",
        })]);
        SafetensorsWriter.Write(
            Path.Combine(_folder, "hf.safetensors"), [.. tensors.SelectMany(tensor => HuggingFace(tensor.Name, tensor.Shape, tensor.Values))]);
        File.WriteAllBytes(Path.Combine(_folder, "zip.pt"), TorchFiles.Zip(tensors));
        File.WriteAllBytes(Path.Combine(_folder, "legacy.pt"), TorchFiles.Legacy(tensors));

        foreach (var file in Directory.GetFiles(_folder))
        {
            Assert.True(expected.SequenceEqual(Outputs(file)), $"{Path.GetFileName(file)} gives other bits");
        }
        Assert.Equal(5, Directory.GetFiles(_folder).Length);
    }

    // The golden containers of the truncated model hold it as float16 or float32: equal where their tensors are.
    [Fact]
    public void Encode_GoldenContainerConvertedToSafetensors_SameBits()
    {
        foreach (var name in (string[])["openai_jit.pt", "hf", "open_clip.safetensors"])
        {
            var path = SharedFolder.Require($"golden/tiny-clip/{name}");
            using var original = DetectionModel.Open(path, new DetectorOptions(56, 2, [1, 2]));
            var converted = Path.Combine(_folder, $"{Path.GetFileNameWithoutExtension(name)}.safetensors");
            var file = WeightFile.Open(original.Model.WeightFile);
            SafetensorsWriter.Write(converted, [.. file.Tensors.Values.Select(tensor => (tensor.Name, tensor.Shape.ToArray(), tensor.ReadFloats()))]);

            Assert.True(Outputs(original.Model.WeightFile).SequenceEqual(Outputs(converted)), name);
        }
    }

    private static List<int> Outputs(string path)
    {
        var golden = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/truncated_outputs.safetensors"));
        using var detector = DetectionModel.Open(path, new DetectorOptions(56, 2, [1, 2]));
        using var text = new TextEncoder(ClipWeights.From(WeightFile.Open(path)), new SessionSettings());
        var tokens = detector.Encode(golden.Require("image").ReadFloats().AsSpan(0, 3 * 56 * 56));
        float[] all = [.. tokens.ClassToken, .. tokens.Layers.SelectMany(layer => layer.Values), .. text.Encode([254, 20, 30, 40, 255])];
        return [.. all.Select(BitConverter.SingleToInt32Bits)];
    }

    private static IEnumerable<(string Name, long[] Shape, float[] Values)> HuggingFace(string name, long[] shape, float[] values)
    {
        var isJoined = name.Contains(".attn.in_proj_", StringComparison.Ordinal);
        if (!isJoined)
        {
            var (rows, columns) = TensorNames.IsTransposed(name) ? (shape[0], shape[1]) : (0, 0);
            float[] stored = rows == 0 ? values : [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];
            return [(TensorNames.HuggingFace(name), rows == 0 ? shape : [columns, rows], stored)];
        }
        var block = name[..name.IndexOf("attn.", StringComparison.Ordinal)];
        var third = values.Length / 3;
        return Enumerable.Range(0, 3).Select(part => (
            TensorNames.HuggingFacePart(block, part, name[(name.LastIndexOf('_') + 1)..]),
            (long[])[shape[0] / 3, .. shape[1..]],
            values.AsSpan(part * third, third).ToArray()));
    }
}
