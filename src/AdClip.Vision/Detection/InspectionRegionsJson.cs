using System.Text.Json;
using AdClip.Vision.GroundTruth;

namespace AdClip.Vision.Detection;

/// <summary>
/// The JSON document of inspection regions, which the portal keeps and <c>adclip predict --regions</c>
/// reads. Schema: docs/guide/inspection-area.md.
/// </summary>
/// <remarks>Reading what was written gives an equal value.</remarks>
public static class InspectionRegionsJson
{
    /// <summary>Schema name of the document.</summary>
    public const string Schema = "adclip.inspection-regions";

    /// <summary>The version that is written; readers refuse another one.</summary>
    public const int Version = 1;

    /// <summary>Most bytes that a document may have.</summary>
    public const int MostBytes = 8 << 20;

    private const string Include = "include";
    private const string Ignore = "ignore";

    /// <summary>The document, on one line.</summary>
    public static string Write(InspectionRegions regions)
    {
        ArgumentNullException.ThrowIfNull(regions);
        return GroundTruthJson.TextOf(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("schema", Schema);
            writer.WriteNumber("version", Version);
            writer.WriteNumber("width", regions.Width);
            writer.WriteNumber("height", regions.Height);
            writer.WriteStartArray("regions");
            foreach (var region in regions.Regions)
            {
                WriteRegion(writer, region);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary>Reads and checks a document.</summary>
    /// <exception cref="RefusedInputException">It is not of this schema or breaks a rule.</exception>
    public static InspectionRegions Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using var document = Parse(json);
        var reader = new FieldReader(document.RootElement, "the inspection area");
        var seen = $"{reader.OptionalText("schema")} {reader.OptionalInteger("version")}";
        if (seen != $"{Schema} {Version}")
        {
            throw new RefusedInputException(
                RefusalCode.GroundTruthUnknownSchema,
                $"The document says it is '{seen}'; this version reads '{Schema} {Version}'.",
                seen, $"{Schema} {Version}");
        }
        var items = reader.Items("regions");
        if (items.Count > GroundTruthLimits.ShapesPerImage)
        {
            throw GroundTruthValidation.TooManyShapes(items.Count);
        }
        var regions = new InspectionRegions
        {
            Width = reader.Integer("width"),
            Height = reader.Integer("height"),
            Regions = [.. items.Select((item, index) => ReadRegion(new FieldReader(item, $"region {index + 1}")))],
        };
        regions.Check();
        return regions;
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException broken)
        {
            throw new RefusedInputException(
                RefusalCode.GroundTruthNotJson,
                $"The inspection area is not readable JSON: {broken.Message} Download it again.",
                broken.Message);
        }
    }

    private static InspectionRegion ReadRegion(FieldReader reader)
    {
        var use = reader.Text("use") switch
        {
            Include => RegionUse.Include,
            Ignore => RegionUse.Ignore,
            var other => throw GroundTruthValidation.Invalid("use", reader.Where, other, $"{Include} or {Ignore}"),
        };
        var id = reader.Text("id");
        var name = NameOf(use);
        Shape shape = reader.Text("kind") switch
        {
            "box" => new BoxShape { Id = id, ClassName = name, Box = reader.Rectangle("box") },
            "ellipse" => new EllipseShape { Id = id, ClassName = name, Box = reader.Rectangle("box") },
            "polygon" => new PolygonShape { Id = id, ClassName = name, Points = reader.Points("points") },
            var kind => throw GroundTruthNames.UnknownKind(kind, reader.Where),
        };
        return new InspectionRegion(use, shape);
    }

    private static void WriteRegion(Utf8JsonWriter writer, InspectionRegion region)
    {
        writer.WriteStartObject();
        writer.WriteString("id", region.Shape.Id);
        writer.WriteString("use", NameOf(region.Use));
        writer.WriteString("kind", GroundTruthNames.KindOf(region.Shape));
        GroundTruthJson.WriteGeometry(writer, region.Shape);
        writer.WriteEndObject();
    }

    private static string NameOf(RegionUse use) => use == RegionUse.Include ? Include : Ignore;
}
