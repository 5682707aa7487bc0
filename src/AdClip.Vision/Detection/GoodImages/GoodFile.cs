using System.Runtime.InteropServices;
using System.Text.Json;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Detection.GoodImages;

/// <summary>A <see cref="GoodScorer"/> as a safetensors file: mean, components and rows in float32, and what was found out as JSON in the header.</summary>
/// <remarks>The header's "crc32c" is over the JSON and all tensors' bytes.</remarks>
internal static class GoodFile
{
    private const int Version = 2;
    private const string JsonKey = "good_images";
    private const long MostBytes = 1L << 30;
    private const string Mean = "mean";
    private const string Components = "components";
    private const string Rows = "rows";

    private sealed record KeptScorer
    {
        public required int Version { get; init; }

        public required string EncoderId { get; init; }

        public required int Side { get; init; }

        public required int Grid { get; init; }

        public required GoodFitReport Report { get; init; }

        public required IReadOnlyList<GoodBankImage> Images { get; init; }

        public required string? Regions { get; init; }
    }

    public static void Write(GoodScorer scorer, Stream stream)
    {
        var (model, subspace, bank) = (scorer.Model, scorer.Subspace, scorer.Bank);
        var json = JsonSerializer.SerializeToUtf8Bytes(new KeptScorer
        {
            Version = Version,
            EncoderId = model.EncoderId,
            Side = model.Side,
            Grid = model.Grid,
            Report = scorer.Report,
            Images = bank.Images,
            Regions = model.Regions.Regions.Count > 0 ? InspectionRegionsJson.Write(model.Regions) : null,
        });
        FittedContainer.Write(
            stream, JsonKey, json,
            [
                (Mean, ElementType.F32, [subspace.Width], Bytes(subspace.Mean)),
                (Components, ElementType.F32, [subspace.Count, subspace.Width], Bytes(subspace.Components)),
                (Rows, ElementType.F32, [bank.Count, subspace.Count], Bytes(bank.Rows)),
            ]);
    }

    /// <exception cref="RefusedInputException">Not such a file, changed or cut off, of another version or another encoder.</exception>
    public static GoodScorer Read(Stream stream, FitContext model)
    {
        var container = FittedContainer.Open(stream, "the good images' file", MostBytes);
        try
        {
            return Make(container, model);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or KeyNotFoundException or OverflowException
            or InvalidOperationException or NullReferenceException)
        {
            throw FittedContainer.Invalid(wrong.Message);
        }
    }

    private static GoodScorer Make(FittedContainer container, FitContext model)
    {
        var kept = JsonSerializer.Deserialize<KeptScorer>(container.Json(JsonKey, Version))!;
        if (kept.EncoderId != model.EncoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder,
                $"These tokens come from encoder {kept.EncoderId}, the detector uses {model.EncoderId}; encode the image again.",
                kept.EncoderId, model.EncoderId);
        }
        var subspace = new GoodSubspace(Values(Mean), Values(Components), kept.Report.ExplainedVariance);
        var bank = new GoodBank(Values(Rows), subspace.Count, kept.Images);
        if (kept.Side != model.Side || kept.Grid != model.Grid || bank.Count == 0 || !(kept.Report.UsualDistance > 0)
            || kept.Report.Steepness is < GoodFitReport.LeastSteepness or > GoodFitReport.MostSteepness
            || kept.Images.Any(image => image.Patches < 0))
        {
            throw FittedContainer.Invalid("its numbers do not fit together");
        }
        return new GoodScorer(
            new PatchLayers(kept.Regions is null ? model : model.At(InspectionRegionsJson.Read(kept.Regions))), subspace, bank, kept.Report);

        float[] Values(string name) => MemoryMarshal.Cast<byte, float>(container.Bytes(name)).ToArray();
    }

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();
}
