using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones;

/// <summary>The opened weights of an image encoder, and the graph that they make.</summary>
/// <remarks>
/// A graph takes <see cref="EncoderValues.Pixels"/> [B, 3, S, S] and gives <see cref="EncoderValues.Class"/> [B, E] and, for each layer that is
/// asked for, <see cref="EncoderValues.Patches"/> [B · (1 + g·g), E]: image after image, one row for the whole image first, then
/// the patches in rows from the top left. Nothing is normalised unless the kind says so.
/// </remarks>
internal interface IBackbone
{
    BackboneShape Shape { get; }

    /// <summary>What is encoded unless somebody chooses otherwise.</summary>
    ImageEncoderSettings Recommended { get; }

    /// <summary>Full path of the weights, links resolved.</summary>
    string FilePath { get; }

    /// <summary>Name of the configuration beside the weights that was used; null: there was none.</summary>
    string? ConfigFile { get; }

    /// <summary>What the weights' hash and the image size do not tell about the numbers that come out.</summary>
    string IdOf(ImageEncoderSettings settings);

    /// <summary>The settings with layers sorted, each once.</summary>
    /// <exception cref="RefusedInputException">The encoder cannot run them.</exception>
    ImageEncoderSettings Checked(ImageEncoderSettings settings);

    /// <summary>Whether weights are packed where that is left to the encoder.</summary>
    Prepacking Packing(int imageSize, Precision precision);

    /// <summary>Bytes of intermediate values of one image.</summary>
    long ImageBytes(int imageSize, Precision precision);

    /// <summary>The weights for <see cref="Precision.Int8"/>.</summary>
    /// <param name="path">Where they are kept, made if need be; null: in a temporary folder.</param>
    /// <exception cref="RefusedInputException">The encoder has no 8-bit form.</exception>
    EightBitFile OpenEightBit(string? path);

    /// <param name="settings">Checked settings.</param>
    /// <param name="isBatched">Takes any number of images in one run. For one image the other graph is simpler, hence faster.</param>
    /// <param name="eightBit">From <see cref="OpenEightBit"/>, to be used instead of the encoder's own weights; null: floating point.</param>
    ModelProto Graph(ImageEncoderSettings settings, bool isBatched, WeightFile? eightBit);
}

/// <summary>Names of an encoder graph's input and outputs.</summary>
internal static class EncoderValues
{
    public const string Pixels = "pixels";
    public const string Class = "class";

    public static string Patches(int layer) => $"patches.{layer}";

    /// <summary>The patch tokens of the original path, whatever <see cref="Patches"/> holds; of encoders that have a second path.</summary>
    public static string OriginalPatches(int layer) => $"original.{layer}";
}

/// <summary>A file of 8-bit weights, deleted on disposal where it was made for this opening alone.</summary>
internal sealed class EightBitFile(WeightFile file, string? temporaryFolder) : IDisposable
{
    /// <summary>What is read.</summary>
    public WeightFile File { get; } = file;

    public void Dispose()
    {
        if (temporaryFolder is not null)
        {
            Directory.Delete(temporaryFolder, recursive: true);
        }
    }
}
