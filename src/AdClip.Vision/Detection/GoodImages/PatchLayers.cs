using System.Numerics.Tensors;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>The rows that stand for an image's patches: the layers that are compared with good images, side by side.</summary>
/// <remarks>
/// Each layer's rows have unit length, unless the encoder gives its tokens the lengths with which they are compared; all are divided by the square
/// root of the number of layers. Rounded to float16, in which they wait while good images are learned; tokens of one layer that are
/// taken as they are, are exact in it already.
/// </remarks>
internal sealed class PatchLayers(FitContext model)
{
    /// <summary>The encoder, grid and area that it is made for.</summary>
    public FitContext Model => model;

    /// <summary>Width D of a row.</summary>
    public int Width(ImageTokens tokens) => tokens.Width * model.Scheme.FewShotLayers.Count;

    /// <summary>All rows [T, D].</summary>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    public Half[] Rows(ImageTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Check(tokens.EncoderId);
        var layers = model.Scheme.FewShotLayers;
        var (width, count) = (tokens.Width, tokens.Grid * tokens.Grid);
        var half = new Half[count * width * layers.Count];
        if (layers.Count == 1 && model.Scheme.HasScaledTokens)
        {
            TensorPrimitives.ConvertToHalf(tokens.Patches(layers[0]), half);
            return half;
        }
        var joined = new float[count * width * layers.Count];
        foreach (var (place, layer) in layers.Index())
        {
            var patches = tokens.Patches(layer);
            var rows = model.Scheme.HasScaledTokens ? patches : UnitVectors.Normalise(patches, width);
            for (var patch = 0; patch < count; patch++)
            {
                rows.Slice(patch * width, width).CopyTo(joined.AsSpan(((patch * layers.Count) + place) * width));
            }
        }
        if (layers.Count > 1)
        {
            TensorPrimitives.Divide(joined, MathF.Sqrt(layers.Count), joined);
        }
        TensorPrimitives.ConvertToHalf(joined, half);
        return half;
    }

    /// <summary>The rows [N, D] of those patches of a good image that can be learned from: wholly within the picture, and inspected.</summary>
    public Half[] Learnable(ImageTokens tokens, Orientation orientation)
    {
        var rows = Rows(tokens);
        var inspected = model.Inspected;
        if (orientation.IsExact && inspected is null)
        {
            return rows;
        }
        var width = Width(tokens);
        var sources = orientation.Sources(tokens.Grid);
        int[] taken = [.. Enumerable.Range(0, sources.Length).Where(i => sources[i] >= 0 && (inspected is null || inspected[sources[i]] > 0))];
        var kept = new Half[taken.Length * width];
        foreach (var (to, from) in taken.Index())
        {
            rows.AsSpan(from * width, width).CopyTo(kept.AsSpan(to * width));
        }
        return kept;
    }

    /// <summary>The same numbers in float32.</summary>
    public static float[] Wide(ReadOnlySpan<Half> rows)
    {
        var wide = GC.AllocateUninitializedArray<float>(rows.Length);
        TensorPrimitives.ConvertToSingle(rows, wide);
        return wide;
    }

    private void Check(string encoderId)
    {
        if (encoderId != model.EncoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder, $"These tokens come from encoder {encoderId}, the scorer uses {model.EncoderId}; encode the image again.",
                encoderId, model.EncoderId);
        }
    }
}
