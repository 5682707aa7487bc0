using System.Globalization;
using System.Text.Json;

namespace AdClip.Vision.GroundTruth;

/// <summary>The project's own CSV: one row a shape; an image without shapes is one row with empty shape columns.</summary>
/// <remarks>
/// UTF-8, commas, RFC 4180 quotes. Columns and their meaning: docs/guide/ground-truth.md. Reading what was written gives
/// equal images. A text that a spreadsheet would take for a formula gets a leading apostrophe, which reading removes.
/// </remarks>
public static class GroundTruthCsv
{
    private static readonly string[] Columns =
    [
        "file", "sha256", "width", "height", "label",
        "shape_id", "class", "kind", "x", "y", "box_width", "box_height", "points", "rle",
        "author", "time", "provenance", "image_extra", "shape_extra",
    ];

    /// <summary>Writes the heading; <see cref="WriteImage"/> follows for each image.</summary>
    public static void WriteHeading(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        CsvRows.Write(writer, Columns);
    }

    /// <summary>Writes the rows of one image.</summary>
    public static void WriteImage(TextWriter writer, ImageGroundTruth image)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(image);
        var extra = Guarded(image.UnknownFields ?? "");
        if (image.Shapes.Count == 0)
        {
            CsvRows.Write(writer, [.. ImageCells(image), "", "", "", "", "", "", "", "", "", "", "", "", extra, ""]);
        }
        foreach (var shape in image.Shapes)
        {
            CsvRows.Write(writer, [.. ImageCells(image), .. ShapeCells(shape), extra, Guarded(shape.UnknownFields ?? "")]);
        }
    }

    /// <summary>The whole file.</summary>
    public static string Write(IEnumerable<ImageGroundTruth> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var text = new StringWriter(CultureInfo.InvariantCulture);
        WriteHeading(text);
        foreach (var image in images)
        {
            WriteImage(text, image);
        }
        return text.ToString();
    }

    /// <summary>Reads a whole file; rows of one image (same file and SHA-256) may stand anywhere.</summary>
    /// <exception cref="RefusedInputException">A column is missing or a row breaks a rule.</exception>
    public static IReadOnlyList<ImageGroundTruth> Read(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        using var rows = CsvRows.Read(reader).GetEnumerator();
        var heading = rows.MoveNext() ? rows.Current : [];
        foreach (var column in Columns.Where(column => !column.EndsWith("_extra", StringComparison.Ordinal)))
        {
            if (!heading.Contains(column))
            {
                throw MissingColumn(column);
            }
        }
        var rowNumber = 1;
        Dictionary<(string File, string Sha256), (ImageGroundTruth Image, List<Shape> Shapes)> images = [];
        while (rows.MoveNext())
        {
            var row = new Row(heading, rows.Current, $"row {++rowNumber}");
            var key = (row.Text("file"), row.Text("sha256"));
            if (!images.TryGetValue(key, out var entry))
            {
                var image = new ImageGroundTruth
                {
                    File = key.Item1,
                    Sha256 = key.Item2,
                    Width = row.Integer("width"),
                    Height = row.Integer("height"),
                    Label = GroundTruthNames.LabelOf(row.Text("label"), row.Where),
                    UnknownFields = row.Extra("image_extra"),
                };
                GroundTruthValidation.Check(image);
                images[key] = entry = (image, []);
            }
            if (row.Text("kind").Length > 0)
            {
                entry.Shapes.Add(ReadShape(row, entry.Image));
                if (entry.Shapes.Count > GroundTruthLimits.ShapesPerImage)
                {
                    throw GroundTruthValidation.TooManyShapes(entry.Shapes.Count);
                }
            }
        }
        List<ImageGroundTruth> read = [];
        foreach (var (image, shapes) in images.Values)
        {
            var whole = image with { Shapes = shapes };
            GroundTruthValidation.Check(whole);
            read.Add(whole);
        }
        return read;
    }

    private static string[] ImageCells(ImageGroundTruth image) =>
    [
        Guarded(image.File),
        image.Sha256,
        image.Width.ToString(CultureInfo.InvariantCulture),
        image.Height.ToString(CultureInfo.InvariantCulture),
        GroundTruthNames.NameOf(image.Label),
    ];

    private static string[] ShapeCells(Shape shape)
    {
        var box = shape switch
        {
            BoxShape { Box: var around } => around,
            EllipseShape { Box: var around } => around,
            PolygonShape { Points: var corners } => Around(corners),
            MaskShape { Mask: var mask } when mask.Bounds() is { } bounds => new ImageRectangle(bounds.X, bounds.Y, bounds.Width, bounds.Height),
            _ => default,
        };
        return
        [
            Guarded(shape.Id),
            Guarded(shape.ClassName),
            GroundTruthNames.KindOf(shape),
            TextOf(box.X),
            TextOf(box.Y),
            TextOf(box.Width),
            TextOf(box.Height),
            shape is PolygonShape polygon ? string.Join(' ', polygon.Points.Select(point => $"{TextOf(point.X)} {TextOf(point.Y)}")) : "",
            shape is MaskShape pixels ? Guarded(RunLengths.Encode(pixels.Mask)) : "",
            Guarded(shape.Author),
            GroundTruthNames.TextOf(shape.Time),
            GroundTruthNames.NameOf(shape.Provenance),
        ];
    }

    private static Shape ReadShape(Row row, ImageGroundTruth image)
    {
        var (id, className, kind) = (row.Text("shape_id"), row.Text("class"), row.Text("kind"));
        Shape shape = kind switch
        {
            "box" => new BoxShape { Id = id, ClassName = className, Box = row.Rectangle() },
            "ellipse" => new EllipseShape { Id = id, ClassName = className, Box = row.Rectangle() },
            "polygon" => new PolygonShape { Id = id, ClassName = className, Points = row.Points() },
            "mask" => new MaskShape { Id = id, ClassName = className, Mask = RunLengths.Decode(row.Text("rle"), image.Width, image.Height) },
            _ => throw GroundTruthNames.UnknownKind(kind, row.Where),
        };
        return shape with
        {
            Author = row.Text("author"),
            Time = GroundTruthNames.TimeOf(row.Text("time"), row.Where),
            Provenance = GroundTruthNames.ProvenanceOf(row.Text("provenance"), row.Where),
            UnknownFields = row.Extra("shape_extra"),
        };
    }

    private static ImageRectangle Around(IReadOnlyList<ImagePoint> points)
    {
        var (left, top) = (points.Min(point => point.X), points.Min(point => point.Y));
        return new ImageRectangle(left, top, points.Max(point => point.X) - left, points.Max(point => point.Y) - top);
    }

    private static string TextOf(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Guarded(string text) => StartsLikeFormula(text) ? "'" + text : text;

    private static string Unguarded(string text) => text.StartsWith('\'') && StartsLikeFormula(text[1..]) ? text[1..] : text;

    private static bool StartsLikeFormula(string text) => text.Length > 0 && "=+-@'\t\r".Contains(text[0], StringComparison.Ordinal);

    private static RefusedInputException MissingColumn(string column) => new(
        RefusalCode.CsvColumnMissing,
        $"The CSV has no column '{column}': the first row must name the columns of the documented format.",
        column);

    /// <summary>The cells of one row, by column name.</summary>
    private sealed class Row(List<string> heading, List<string> cells, string where)
    {
        public string Where { get; } = where;

        public string Text(string column)
        {
            var index = heading.IndexOf(column);
            return index < 0 || index >= cells.Count ? "" : Unguarded(cells[index]);
        }

        public int Integer(string column) =>
            int.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw GroundTruthValidation.Invalid(column, Where, Text(column), "a whole number");

        public ImageRectangle Rectangle() => new(Number("x"), Number("y"), Number("box_width"), Number("box_height"));

        public IReadOnlyList<ImagePoint> Points()
        {
            var cells = Text("points").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length % 2 != 0 || cells.Length > 2 * GroundTruthLimits.PointsPerImage)
            {
                throw GroundTruthValidation.Invalid("points", Where, $"{cells.Length} numbers", $"x y pairs, at most {GroundTruthLimits.PointsPerImage}");
            }
            return [.. cells.Chunk(2).Select(pair => new ImagePoint(NumberOf(pair[0], "points"), NumberOf(pair[1], "points")))];
        }

        /// <summary>The cell's JSON object on one line; null for an empty cell or a file without the column.</summary>
        public string? Extra(string column)
        {
            var cell = Text(column);
            if (cell.Length == 0)
            {
                return null;
            }
            try
            {
                using var document = JsonDocument.Parse(cell);
                return new FieldReader(document.RootElement, Where).Unread();
            }
            catch (JsonException)
            {
                throw GroundTruthValidation.Invalid(column, Where, cell, "a JSON object");
            }
        }

        private double Number(string column) => NumberOf(Text(column), column);

        private double NumberOf(string text, string column) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : throw GroundTruthValidation.Invalid(column, Where, text, "a number");
    }
}
