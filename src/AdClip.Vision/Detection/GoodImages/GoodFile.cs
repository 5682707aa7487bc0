using System.Runtime.InteropServices;
using System.Text;
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
    private const string ChecksumKey = "crc32c";
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
        ArgumentNullException.ThrowIfNull(stream);
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
        (string Name, long[] Shape, byte[] Bytes)[] tensors =
        [
            (Mean, [subspace.Width], Bytes(subspace.Mean)),
            (Components, [subspace.Count, subspace.Width], Bytes(subspace.Components)),
            (Rows, [bank.Count, subspace.Count], Bytes(bank.Rows)),
        ];
        var metadata = new Dictionary<string, string>
        {
            [JsonKey] = Encoding.UTF8.GetString(json),
            [ChecksumKey] = $"{CheckedBytes.Sum([.. json, .. tensors.SelectMany(tensor => tensor.Bytes)]):x8}",
        };
        using var whole = new MemoryStream();
        SafetensorsWriter.Write(
            whole, [.. tensors.Select(tensor => new TensorSource(tensor.Name, ElementType.F32, tensor.Shape, to => to.Write(tensor.Bytes)))], metadata);
        whole.WriteTo(stream);
    }

    /// <exception cref="RefusedInputException">Not such a file, changed or cut off, of another version or another encoder.</exception>
    public static GoodScorer Read(Stream stream, FitContext model)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var whole = new MemoryStream();
        var part = new byte[1 << 16];
        for (var got = stream.Read(part); got > 0; got = stream.Read(part))
        {
            if (whole.Length + got >= MostBytes)
            {
                throw Invalid($"more than {MostBytes} bytes");
            }
            whole.Write(part.AsSpan(0, got));
        }
        var file = whole.ToArray();
        whole.Position = 0;
        var header = SafetensorsReader.Read("the good images' file", whole);
        try
        {
            return Make(file, header, model);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or KeyNotFoundException or OverflowException
            or InvalidOperationException or NullReferenceException)
        {
            throw Invalid(wrong.Message);
        }
    }

    private static GoodScorer Make(byte[] file, WeightFile header, FitContext model)
    {
        if (!header.Metadata.TryGetValue(JsonKey, out var text) || !header.Metadata.TryGetValue(ChecksumKey, out var checksum))
        {
            throw Invalid("it is another safetensors file");
        }
        var json = Encoding.UTF8.GetBytes(text);
        using (var peek = JsonDocument.Parse(json))
        {
            if (peek.RootElement.GetProperty(nameof(Version)).GetInt32() is var version && version != Version)
            {
                throw new RefusedInputException(
                    RefusalCode.FittedFileVersion, $"The fitted detector has format version {version}; this program reads {Version}, so fit it again.",
                    version, Version);
            }
        }
        byte[] bytes = [.. header.Tensors.Values.OrderBy(tensor => tensor.Offset).SelectMany(tensor => Tensor(tensor.Name).ToArray())];
        if (checksum != $"{CheckedBytes.Sum([.. json, .. bytes]):x8}")
        {
            throw Invalid("its checksum is wrong");
        }
        var kept = JsonSerializer.Deserialize<KeptScorer>(json)!;
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
            throw Invalid("its numbers do not fit together");
        }
        return new GoodScorer(
            new PatchLayers(kept.Regions is null ? model : model.At(InspectionRegionsJson.Read(kept.Regions))), subspace, bank, kept.Report);

        ReadOnlySpan<byte> Tensor(string name)
        {
            var tensor = header.Tensors[name];
            return file.AsSpan(checked((int)tensor.Offset), checked((int)(tensor.Count * tensor.Type.Bytes())));
        }

        float[] Values(string name) => MemoryMarshal.Cast<byte, float>(Tensor(name)).ToArray();
    }

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static RefusedInputException Invalid(string why)
        => new(RefusalCode.FittedFileInvalid, $"The file of the fitted detector cannot be used ({why}); fit it again.", why);
}
