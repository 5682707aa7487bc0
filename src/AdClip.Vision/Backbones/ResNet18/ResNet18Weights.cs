using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.ResNet18;

/// <summary>The stem and stages 1 to 3 of the ResNet-18 that <c>tools/resnet18</c> makes.</summary>
public sealed class ResNet18Weights
{
    /// <summary>Stages that are kept.</summary>
    internal const int Stages = 3;

    /// <summary>Blocks of each of them.</summary>
    internal const int Blocks = 2;

    private readonly WeightFile _file;

    private ResNet18Weights(WeightFile file) => _file = file;

    /// <summary>7 x 7 and halving, in front of the first stage.</summary>
    internal static ResNet18Layer Stem { get; } = new("stem", 64, 3, 7, 2);

    /// <summary>All convolutions in the order of the file.</summary>
    internal static IReadOnlyList<ResNet18Layer> Layers { get; } = [.. All()];

    /// <summary>The weight file with links resolved.</summary>
    public string FilePath => _file.FilePath;

    /// <summary>Number of weights.</summary>
    internal static long Parameters => Layers.Sum(layer => ((long)layer.Outputs * layer.Inputs * layer.Kernel * layer.Kernel) + layer.Outputs);

    /// <summary>The tensor of this name.</summary>
    internal StoredTensor this[string name] => _file.Tensors[name];

    /// <param name="file">The weights.</param>
    /// <exception cref="RefusedInputException">A tensor is missing or has another shape.</exception>
    public static ResNet18Weights From(WeightFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var layer in Layers)
        {
            Check(file, layer.Weight, layer.Outputs, layer.Inputs, layer.Kernel, layer.Kernel);
            Check(file, layer.Bias, layer.Outputs);
        }
        return new ResNet18Weights(file);
    }

    /// <summary>Channels of a stage's map, from 1.</summary>
    internal static int Width(int stage) => 32 << stage;

    /// <summary>A block's first convolution, which halves in the first block of stages 2 and 3.</summary>
    internal static ResNet18Layer First(int stage, int block)
        => new($"stage{stage}.{block}.first", Width(stage), Halves(stage, block) ? Width(stage - 1) : Width(stage), 3, Halves(stage, block) ? 2 : 1);

    /// <summary>A block's second convolution.</summary>
    internal static ResNet18Layer Second(int stage, int block) => new($"stage{stage}.{block}.second", Width(stage), Width(stage), 3, 1);

    /// <summary>The way around a block that halves; null around the others, where nothing is done.</summary>
    internal static ResNet18Layer? Shortcut(int stage, int block)
        => Halves(stage, block) ? new($"stage{stage}.{block}.shortcut", Width(stage), Width(stage - 1), 1, 2) : null;

    private static bool Halves(int stage, int block) => stage > 1 && block == 1;

    private static IEnumerable<ResNet18Layer> All()
    {
        yield return Stem;
        for (var stage = 1; stage <= Stages; stage++)
        {
            for (var block = 1; block <= Blocks; block++)
            {
                yield return First(stage, block);
                yield return Second(stage, block);
                if (Shortcut(stage, block) is { } shortcut)
                {
                    yield return shortcut;
                }
            }
        }
    }

    private static void Check(WeightFile file, string name, params long[] shape)
    {
        var fileName = Path.GetFileName(file.FilePath);
        var tensor = file.Tensors.GetValueOrDefault(name) ?? throw new RefusedInputException(
            RefusalCode.TensorMissing,
            $"{fileName} has no tensor {name}; it is no ResNet-18 of this program. Take the file that comes with it.",
            fileName, name);
        if (!tensor.Shape.SequenceEqual(shape))
        {
            var (seen, expected) = (string.Join(", ", tensor.Shape), $"[{string.Join(", ", shape)}]");
            throw new RefusedInputException(
                RefusalCode.TensorShapeWrong, $"Tensor {name} of {fileName} has shape [{seen}]; the rest of the model needs {expected}.",
                name, fileName, seen, expected);
        }
    }
}
