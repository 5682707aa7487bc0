using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using AdClip.Vision.Metrics.Calibration;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>A fitted detector as a safetensors file: tensors of banks and heads, and what was chosen as JSON in the header.</summary>
/// <remarks>Bank rows are float16, which they are exact in. The header's "crc32c" is over the JSON and all tensors' bytes.</remarks>
internal static class FittedFile
{
    // A detector that looks everywhere is written as version 1, which older programs read too.
    private const int Version = 2;
    private const int VersionWithoutRegions = 1;
    private const string JsonKey = "fitted";
    private const long MostBytes = 1L << 31;

    private sealed record KeptBank(IReadOnlyList<string> Keys, int Mean);

    private sealed record KeptHead(int Layer, double Strength, double DefectiveWeight, double GoodWeight, float Bias);

    private sealed record KeptClasses(int Layer, IReadOnlyList<string> Names, double[] Priors, double Sharpness);

    private sealed record Kept
    {
        public required int Version { get; init; }

        public required string EncoderId { get; init; }

        public required int Side { get; init; }

        public required int Grid { get; init; }

        public required int Width { get; init; }

        public required FitReport Report { get; init; }

        public required IReadOnlyList<int> BankLayers { get; init; }

        public required int BankRadius { get; init; }

        public required IReadOnlyList<KeptBank> Banks { get; init; }

        public required float Usual { get; init; }

        public required double[] FusionWeights { get; init; }

        public required Standard[] FusionStandards { get; init; }

        public required Standard[] MapStandards { get; init; }

        public required double[] MapWeights { get; init; }

        public required double MapMiddle { get; init; }

        public required double MapWidth { get; init; }

        public required KeptHead? PatchHead { get; init; }

        public required KeptHead? ImageHead { get; init; }

        public required PlattCalibration? Platt { get; init; }

        public required IsotonicCalibration? Isotonic { get; init; }

        public required KeptClasses? Classes { get; init; }

        public string? Regions { get; init; }
    }

    public static void Write(FittedDetector detector, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var (parts, fusion, map) = (detector.Parts, detector.Fusion, detector.Map);
        var model = parts.Model;
        var width = parts.Texts.Normal.Length;
        PatchBank[] banks = [parts.Good, parts.Defects, parts.SaidGood];
        var hasRegions = model.Regions.Regions.Count > 0;
        var kept = new Kept
        {
            Version = hasRegions ? Version : VersionWithoutRegions,
            EncoderId = model.EncoderId,
            Side = model.Side,
            Grid = model.Grid,
            Width = width,
            Report = detector.Report,
            BankLayers = parts.BankChoice.Layers,
            BankRadius = parts.BankChoice.Radius,
            Banks = [.. banks.Select(bank => new KeptBank([.. bank.Members.Select(member => member.Key)], bank.Mean))],
            Usual = parts.Usual,
            FusionWeights = fusion.Weights,
            FusionStandards = fusion.Standards,
            MapStandards = map.Standards,
            MapWeights = map.Weights,
            MapMiddle = map.Middle,
            MapWidth = map.Width,
            PatchHead = Keep(parts.PatchHead),
            ImageHead = Keep(parts.ImageHead),
            Platt = detector.Calibration as PlattCalibration,
            Isotonic = detector.Calibration as IsotonicCalibration,
            Classes = detector.Classes is { } classes ? new KeptClasses(classes.Layer, classes.Names, classes.Priors, classes.Sharpness) : null,
            Regions = hasRegions ? InspectionRegionsJson.Write(model.Regions) : null,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(kept);
        List<(string Name, ElementType Type, long[] Shape, byte[] Bytes)> tensors =
        [
            ("texts", ElementType.F32, [2, width], Bytes<float>([.. parts.Texts.Normal, .. parts.Texts.Abnormal])),
        ];
        foreach (var (b, bank) in banks.Index())
        {
            foreach (var (m, member) in bank.Members.Index())
            {
                foreach (var (l, rows) in member.Rows.Index())
                {
                    var half = new Half[rows.Length];
                    TensorPrimitives.ConvertToHalf(rows, half);
                    tensors.Add((BankName(b, m, l), ElementType.F16, [rows.Length / width, width], Bytes<Half>(half)));
                }
            }
        }
        AddHead("patch_head", parts.PatchHead);
        AddHead("image_head", parts.ImageHead);
        if (detector.Classes is { } known)
        {
            tensors.Add(("classes.centres", ElementType.F32, [known.Centres.Length, width], Bytes<float>([.. known.Centres.SelectMany(centre => centre)])));
            tensors.Add(("classes.good", ElementType.F32, [width], Bytes<float>(known.Good)));
        }
        FittedContainer.Write(stream, JsonKey, json, tensors);

        void AddHead(string name, FittedHead? head)
        {
            if (head is not null)
            {
                tensors.Add(($"{name}.weights", ElementType.F32, [width], Bytes<float>(head.Head.Weights)));
                foreach (var (kind, moments) in (IReadOnlyList<(string, RowMoments)>)[("defective", head.Moments.Defective), ("good", head.Moments.Good)])
                {
                    tensors.Add(($"{name}.{kind}.sums", ElementType.F64, [width], Bytes<double>(moments.Sums)));
                    tensors.Add(($"{name}.{kind}.products", ElementType.F64, [width, width], Bytes<double>(moments.Products)));
                }
            }
        }
    }

    public static FittedDetector Read(Stream stream, FitContext model)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(model);
        var container = FittedContainer.Open(stream, "the fitted detector", MostBytes);
        try
        {
            return Make(container, model);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException
            or OverflowException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw FittedContainer.Invalid(wrong.Message);
        }
    }

    private static FittedDetector Make(FittedContainer container, FitContext model)
    {
        var kept = JsonSerializer.Deserialize<Kept>(container.Json(JsonKey, Version, VersionWithoutRegions))!;
        if (kept.EncoderId != model.EncoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder,
                $"These tokens come from encoder {kept.EncoderId}, the detector uses {model.EncoderId}; encode the image again.",
                kept.EncoderId,
                model.EncoderId);
        }
        var width = kept.Width;
        var known = model.Scheme.FewShotLayers.Union(model.Scheme.ZeroShotLayers).ToArray();
        var count = Enum.GetValues<FitPart>().Length;
        if (kept.Side != model.Side || kept.Grid != model.Grid || width < 1 || kept.Banks.Count != 3 || kept.BankRadius is not (1 or 3)
            || kept.BankLayers.Count == 0 || !kept.BankLayers.All(known.Contains)
            || new[] { kept.FusionWeights.Length, kept.FusionStandards.Length, kept.MapWeights.Length, kept.MapStandards.Length, kept.Report.Parts.Count }
                .Any(length => length != count)
            || !kept.FusionWeights.Concat(kept.MapWeights).All(double.IsFinite)
            || !kept.FusionStandards.Concat(kept.MapStandards).All(standard => standard.Deviation > 0)
            || !(kept.MapWidth > 0))
        {
            throw FittedContainer.Invalid("its numbers do not fit together");
        }
        var texts = Values<float>("texts", 2 * width);
        PatchBank[] banks = [.. kept.Banks.Select((bank, b) => new PatchBank(width, kept.BankLayers.Count, Math.Clamp(bank.Mean, 1, bank.Keys.Count + 1),
            [.. bank.Keys.Select((key, m) => new BankMember(key, [.. kept.BankLayers.Select((_, l) => Rows(BankName(b, m, l)))]))]))];
        if (banks[0].Members.Count == 0)
        {
            throw FittedContainer.Invalid("it has no good patches");
        }
        var parts = new FittedParts(
            kept.Regions is null ? model : model.At(InspectionRegionsJson.Read(kept.Regions)), new TextPair(texts[..width], texts[width..]),
            new BankChoice(kept.BankLayers, kept.BankRadius), banks[0], banks[1], banks[2], kept.Usual)
        {
            PatchHead = Head("patch_head", kept.PatchHead),
            ImageHead = Head("image_head", kept.ImageHead),
        };
        LearnedClasses? classes = null;
        if (kept.Classes is { } own)
        {
            var centres = Values<float>("classes.centres", own.Names.Count * width);
            ArgumentOutOfRangeException.ThrowIfNotEqual(own.Priors.Length, own.Names.Count);
            classes = new LearnedClasses(
                Layer(own.Layer), own.Names, own.Priors, [.. own.Names.Select((_, c) => centres[(c * width)..((c + 1) * width)])],
                Values<float>("classes.good", width), own.Sharpness);
        }
        if (kept.Isotonic is { } steps && (steps.Scores.Count == 0 || steps.Scores.Count != steps.Probabilities.Count))
        {
            throw FittedContainer.Invalid("its calibration has no steps");
        }
        return new FittedDetector(
            parts, new Fusion(kept.FusionWeights, kept.FusionStandards), new MapScale(kept.MapStandards, kept.MapWeights, kept.MapMiddle, kept.MapWidth),
            (ScoreCalibration?)kept.Platt ?? kept.Isotonic, classes, kept.Report);

        T[] Values<T>(string name, int length)
            where T : struct
        {
            var values = MemoryMarshal.Cast<byte, T>(container.Bytes(name)).ToArray();
            ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, length, name);
            return values;
        }

        float[] Rows(string name)
        {
            var half = MemoryMarshal.Cast<byte, Half>(container.Bytes(name));
            if (half.Length == 0 || half.Length % width != 0)
            {
                throw FittedContainer.Invalid($"{name} has {half.Length} values for rows of {width}");
            }
            var rows = new float[half.Length];
            TensorPrimitives.ConvertToSingle(half, rows);
            return rows;
        }

        FittedHead? Head(string name, KeptHead? head) => head is null ? null : new FittedHead(
            Layer(head.Layer), head.Strength,
            new HeadMoments(Moments($"{name}.defective", head.DefectiveWeight), Moments($"{name}.good", head.GoodWeight)),
            new LinearHead(Values<float>($"{name}.weights", width), head.Bias));

        RowMoments Moments(string name, double weight) => new(weight, Values<double>($"{name}.sums", width), Values<double>($"{name}.products", width * width));

        int Layer(int layer) => known.Contains(layer) ? layer : throw FittedContainer.Invalid($"it uses layer {layer}");
    }

    private static KeptHead? Keep(FittedHead? head)
        => head is null ? null : new KeptHead(head.Layer, head.Strength, head.Moments.Defective.Weight, head.Moments.Good.Weight, head.Head.Bias);

    private static string BankName(int bank, int member, int layer) => $"bank.{bank}.{member}.{layer}";

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : struct => MemoryMarshal.AsBytes(values).ToArray();
}
