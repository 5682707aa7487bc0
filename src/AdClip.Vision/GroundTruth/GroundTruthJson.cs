using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AdClip.Vision.GroundTruth;

/// <summary>The project's own JSON documents: one image, or a whole project. Schema: docs/guide/ground-truth.md.</summary>
/// <remarks>
/// Reading what was written gives an equal value, and writing what was read keeps the fields that this version does not
/// know. Numbers are written in the shortest form that reads back as the same double.
/// </remarks>
public static class GroundTruthJson
{
    /// <summary>Schema name of the document of one image.</summary>
    public const string ImageSchema = "adclip.image-ground-truth";

    /// <summary>Schema name of the document of a project.</summary>
    public const string ProjectSchema = "adclip.project-ground-truth";

    /// <summary>The version that is written; readers refuse a higher one.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a file, not HTML: Korean stays readable
    };

    private static readonly JsonWriterOptions CompactOptions = WriterOptions with { Indented = false };

    /// <summary>The document of one image, on one line.</summary>
    public static string Write(ImageGroundTruth image) => TextOf(CompactOptions, writer =>
    {
        writer.WriteStartObject();
        WriteSchema(writer, ImageSchema);
        WriteImageFields(writer, image);
        writer.WriteEndObject();
    });

    /// <summary>The document of a project, indented.</summary>
    public static string Write(ProjectGroundTruth project)
    {
        ArgumentNullException.ThrowIfNull(project);
        return TextOf(WriterOptions, writer =>
        {
            WriteProjectStart(writer, project.Project, project.Classes, project.UnknownFields);
            foreach (var image in project.Images)
            {
                WriteProjectImage(writer, image);
            }
            WriteProjectEnd(writer);
        });
    }

    /// <summary>A writer with the settings of the project document, for one that is streamed image by image.</summary>
    public static Utf8JsonWriter CreateWriter(Stream stream) => new(stream, WriterOptions);

    /// <summary>Opens a project document; <see cref="WriteProjectImage"/> and <see cref="WriteProjectEnd"/> follow.</summary>
    public static void WriteProjectStart(Utf8JsonWriter writer, string project, IEnumerable<DefectClass> classes, string? unknownFields = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(classes);
        writer.WriteStartObject();
        WriteSchema(writer, ProjectSchema);
        writer.WriteString("project", project);
        writer.WriteStartArray("classes");
        foreach (var defectClass in classes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", defectClass.Name);
            writer.WriteString("color", defectClass.Color);
            if (defectClass.Hotkey is not null)
            {
                writer.WriteString("hotkey", defectClass.Hotkey);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        WriteUnknown(writer, unknownFields);
        writer.WriteStartArray("images");
    }

    /// <summary>Adds one image to an open project document.</summary>
    public static void WriteProjectImage(Utf8JsonWriter writer, ImageGroundTruth image)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        WriteImageFields(writer, image);
        writer.WriteEndObject();
    }

    /// <summary>Closes a project document.</summary>
    public static void WriteProjectEnd(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads the document of one image.</summary>
    /// <exception cref="RefusedInputException">The document is not of this schema or breaks a rule.</exception>
    public static ImageGroundTruth ReadImage(string json) => Read(json, ImageSchema, root =>
    {
        var reader = new FieldReader(root, "the document");
        reader.Skip("schema", "version");
        return ReadImageFields(reader);
    });

    /// <summary>Reads the document of a project.</summary>
    /// <exception cref="RefusedInputException">The document is not of this schema or breaks a rule.</exception>
    public static ProjectGroundTruth ReadProject(string json) => Read(json, ProjectSchema, root =>
    {
        var reader = new FieldReader(root, "the document");
        reader.Skip("schema", "version");
        return new ProjectGroundTruth
        {
            Project = reader.Text("project"),
            Classes = [.. reader.Items("classes").Select((item, index) => ReadClass(item, $"class {index + 1}"))],
            Images = [.. reader.Items("images").Select((item, index) => ReadImageFields(new FieldReader(item, $"image {index + 1}")))],
            UnknownFields = reader.Unread(),
        };
    });

    private static T Read<T>(string json, string schema, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException broken)
        {
            throw new RefusedInputException(
                RefusalCode.GroundTruthNotJson,
                $"The ground truth is not readable JSON: {broken.Message} Export it again.",
                broken.Message);
        }
        using (document)
        {
            var reader = new FieldReader(document.RootElement, "the document");
            var seen = $"{reader.OptionalText("schema")} {reader.OptionalInteger("version")}";
            if (seen != $"{schema} {Version}")
            {
                throw new RefusedInputException(
                    RefusalCode.GroundTruthUnknownSchema,
                    $"The document says it is '{seen}'; this version reads '{schema} {Version}'.",
                    seen, $"{schema} {Version}");
            }
            return read(document.RootElement);
        }
    }

    private static ImageGroundTruth ReadImageFields(FieldReader reader)
    {
        var shapes = reader.Items("shapes");
        if (shapes.Count > GroundTruthLimits.ShapesPerImage)
        {
            throw GroundTruthValidation.TooManyShapes(shapes.Count);
        }
        var image = new ImageGroundTruth
        {
            File = reader.Text("file"),
            Sha256 = reader.OptionalText("sha256") ?? "",
            Width = reader.Integer("width"),
            Height = reader.Integer("height"),
            Label = GroundTruthNames.LabelOf(reader.OptionalText("label"), reader.Where),
            UnknownFields = reader.Unread(),
        };
        GroundTruthValidation.Check(image); // the size, before any mask of that size is made
        image = image with { Shapes = [.. shapes.Select((item, index) => ReadShape(item, index, image))] };
        GroundTruthValidation.Check(image);
        return image;
    }

    private static Shape ReadShape(JsonElement item, int index, ImageGroundTruth image)
    {
        var reader = new FieldReader(item, $"shape {index + 1}");
        var kind = reader.Text("kind");
        var id = reader.Text("id");
        var className = reader.Text("class");
        var author = reader.OptionalText("author") ?? "";
        var time = GroundTruthNames.TimeOf(reader.OptionalText("time"), reader.Where);
        var provenance = GroundTruthNames.ProvenanceOf(reader.OptionalText("provenance"), reader.Where);
        Shape shape = kind switch
        {
            "box" => new BoxShape { Id = id, ClassName = className, Box = reader.Rectangle("box") },
            "ellipse" => new EllipseShape { Id = id, ClassName = className, Box = reader.Rectangle("box") },
            "polygon" => new PolygonShape { Id = id, ClassName = className, Points = reader.Points("points") },
            "mask" => new MaskShape { Id = id, ClassName = className, Mask = ReadMask(reader, image) },
            _ => throw GroundTruthNames.UnknownKind(kind, reader.Where),
        };
        return shape with { Author = author, Time = time, Provenance = provenance, UnknownFields = reader.Unread() };
    }

    private static Mask ReadMask(FieldReader shape, ImageGroundTruth image)
    {
        var reader = new FieldReader(shape.Object("rle"), $"the rle of {shape.Where}");
        var size = reader.Items("size");
        if (size.Count != 2 || !size[0].TryGetInt32(out var height) || !size[1].TryGetInt32(out var width))
        {
            throw GroundTruthValidation.Invalid("size", reader.Where, string.Join(',', size), "[height, width]");
        }
        if (width != image.Width || height != image.Height)
        {
            throw GroundTruthValidation.SizeMismatch(width, height, image.Width, image.Height);
        }
        return RunLengths.Decode(reader.Text("counts"), width, height);
    }

    private static DefectClass ReadClass(JsonElement item, string where)
    {
        var reader = new FieldReader(item, where);
        return new DefectClass(reader.Text("name"), reader.OptionalText("color") ?? "#ff4d4f", reader.OptionalText("hotkey"));
    }

    private static void WriteSchema(Utf8JsonWriter writer, string schema)
    {
        writer.WriteString("schema", schema);
        writer.WriteNumber("version", Version);
    }

    private static void WriteImageFields(Utf8JsonWriter writer, ImageGroundTruth image)
    {
        writer.WriteString("file", image.File);
        if (image.Sha256.Length > 0)
        {
            writer.WriteString("sha256", image.Sha256);
        }
        writer.WriteNumber("width", image.Width);
        writer.WriteNumber("height", image.Height);
        if (image.Label == ImageLabel.Unlabelled)
        {
            writer.WriteNull("label");
        }
        else
        {
            writer.WriteString("label", GroundTruthNames.NameOf(image.Label));
        }
        WriteUnknown(writer, image.UnknownFields);
        writer.WriteStartArray("shapes");
        foreach (var shape in image.Shapes)
        {
            WriteShape(writer, shape);
        }
        writer.WriteEndArray();
    }

    private static void WriteShape(Utf8JsonWriter writer, Shape shape)
    {
        writer.WriteStartObject();
        writer.WriteString("id", shape.Id);
        writer.WriteString("class", shape.ClassName);
        writer.WriteString("kind", GroundTruthNames.KindOf(shape));
        WriteGeometry(writer, shape);
        if (shape.Author.Length > 0)
        {
            writer.WriteString("author", shape.Author);
        }
        if (shape.Time is not null)
        {
            writer.WriteString("time", GroundTruthNames.TextOf(shape.Time));
        }
        writer.WriteString("provenance", GroundTruthNames.NameOf(shape.Provenance));
        WriteUnknown(writer, shape.UnknownFields);
        writer.WriteEndObject();
    }

    internal static void WriteGeometry(Utf8JsonWriter writer, Shape shape)
    {
        switch (shape)
        {
            case BoxShape { Box: var box }:
                WriteRectangle(writer, box);
                break;
            case EllipseShape { Box: var box }:
                WriteRectangle(writer, box);
                break;
            case PolygonShape polygon:
                writer.WriteStartArray("points");
                foreach (var point in polygon.Points)
                {
                    writer.WriteStartArray();
                    writer.WriteNumberValue(point.X);
                    writer.WriteNumberValue(point.Y);
                    writer.WriteEndArray();
                }
                writer.WriteEndArray();
                break;
            case MaskShape { Mask: var mask }:
                writer.WriteStartObject("rle");
                writer.WriteStartArray("size");
                writer.WriteNumberValue(mask.Height);
                writer.WriteNumberValue(mask.Width);
                writer.WriteEndArray();
                writer.WriteString("counts", RunLengths.Encode(mask));
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteRectangle(Utf8JsonWriter writer, ImageRectangle box)
    {
        writer.WriteStartArray("box");
        writer.WriteNumberValue(box.X);
        writer.WriteNumberValue(box.Y);
        writer.WriteNumberValue(box.Width);
        writer.WriteNumberValue(box.Height);
        writer.WriteEndArray();
    }

    private static void WriteUnknown(Utf8JsonWriter writer, string? unknownFields)
    {
        if (unknownFields is null)
        {
            return;
        }
        using var document = JsonDocument.Parse(unknownFields);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            property.WriteTo(writer);
        }
    }

    internal static string TextOf(Action<Utf8JsonWriter> write) => TextOf(CompactOptions, write);

    private static string TextOf(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            write(writer);
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
