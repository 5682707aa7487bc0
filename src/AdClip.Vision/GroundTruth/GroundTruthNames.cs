using System.Globalization;

namespace AdClip.Vision.GroundTruth;

/// <summary>How enumerations and times are spelled in the project's own JSON and CSV.</summary>
internal static class GroundTruthNames
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    public static string NameOf(ImageLabel label) => label switch
    {
        ImageLabel.Good => "good",
        ImageLabel.Anomaly => "anomaly",
        _ => "",
    };

    public static ImageLabel LabelOf(string? name, string where) => name switch
    {
        null or "" => ImageLabel.Unlabelled,
        "good" => ImageLabel.Good,
        "anomaly" => ImageLabel.Anomaly,
        _ => throw GroundTruthValidation.Invalid("label", where, name, "good, anomaly or nothing"),
    };

    public static string NameOf(Provenance provenance) => provenance switch
    {
        Provenance.Model => "model",
        Provenance.Edited => "edited",
        _ => "human",
    };

    public static Provenance ProvenanceOf(string? name, string where) => name switch
    {
        null or "" or "human" => Provenance.Human,
        "model" => Provenance.Model,
        "edited" => Provenance.Edited,
        _ => throw GroundTruthValidation.Invalid("provenance", where, name, "human, model or edited"),
    };

    public static string KindOf(Shape shape) => shape switch
    {
        BoxShape => "box",
        EllipseShape => "ellipse",
        PolygonShape => "polygon",
        MaskShape => "mask",
        _ => throw new ArgumentException($"A {shape.GetType().Name} has no name in documents.", nameof(shape)),
    };

    /// <summary>In UTC, without trailing zeros; the empty string for no time.</summary>
    public static string TextOf(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "";

    public static DateTimeOffset? TimeOf(string? text, string where)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw GroundTruthValidation.Invalid("time", where, text, "an ISO 8601 time");
    }

    public static RefusedInputException UnknownKind(string kind, string where) => new(
        RefusalCode.GroundTruthUnknownKind,
        $"The kind of {where} is '{kind}'; known are box, ellipse, polygon and mask.",
        kind, where);

    public static RefusedInputException Missing(string field, string where) => new(
        RefusalCode.GroundTruthFieldMissing,
        $"Field '{field}' of {where} is missing.",
        field, where);
}
