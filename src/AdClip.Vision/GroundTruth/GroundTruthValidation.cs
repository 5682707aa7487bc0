namespace AdClip.Vision.GroundTruth;

/// <summary>The rules that every document meets, whether it was read from a file or sent by a browser.</summary>
public static class GroundTruthValidation
{
    /// <summary>Refuses <paramref name="image"/> when it breaks a rule.</summary>
    /// <exception cref="RefusedInputException">The first rule broken, with the shape that breaks it.</exception>
    public static void Check(ImageGroundTruth image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var where = $"image '{image.File}'";
        CheckText(image.File, "file", where, GroundTruthLimits.FileNameLength, mayBeEmpty: false);
        CheckHash(image.Sha256, where);
        CheckSide(image.Width, "width", where);
        CheckSide(image.Height, "height", where);
        if ((long)image.Width * image.Height > GroundTruthLimits.ImagePixels)
        {
            throw Invalid("width", where, image.Width, $"an image of at most {GroundTruthLimits.ImagePixels} pixels");
        }
        if (image.Label == ImageLabel.Good && image.Shapes.Count > 0)
        {
            throw new RefusedInputException(
                RefusalCode.GroundTruthGoodWithShapes,
                $"The image is labelled good but has {image.Shapes.Count} shapes: delete the shapes or label it anomaly.",
                image.Shapes.Count);
        }
        if (image.Shapes.Count > GroundTruthLimits.ShapesPerImage)
        {
            throw TooManyShapes(image.Shapes.Count);
        }
        HashSet<string> ids = [];
        var points = 0;
        foreach (var shape in image.Shapes)
        {
            CheckShape(shape, image.Width, image.Height);
            if (!ids.Add(shape.Id))
            {
                throw new RefusedInputException(
                    RefusalCode.GroundTruthDuplicateShape,
                    $"Two shapes of one image have the id '{shape.Id}': give every shape its own.",
                    shape.Id);
            }
            points += shape is PolygonShape polygon ? polygon.Points.Count : 0;
            if (points > GroundTruthLimits.PointsPerImage)
            {
                throw new RefusedInputException(
                    RefusalCode.GroundTruthTooManyPoints,
                    $"The polygons of one image have more than {GroundTruthLimits.PointsPerImage} points: simplify them or use masks.",
                    points, GroundTruthLimits.PointsPerImage);
            }
        }
    }

    internal static RefusedInputException TooManyShapes(int count) => new(
        RefusalCode.GroundTruthTooManyShapes,
        $"The image has {count} shapes; at most {GroundTruthLimits.ShapesPerImage} are kept. Merge small ones into a mask.",
        count, GroundTruthLimits.ShapesPerImage);

    internal static RefusedInputException Invalid(string field, string where, object seen, string wanted) => new(
        RefusalCode.GroundTruthFieldInvalid,
        $"Field '{field}' of {where} is '{Shortened(seen)}'; wanted is {wanted}.",
        field, where, Shortened(seen), wanted);

    private static void CheckShape(Shape shape, int width, int height)
    {
        var where = $"shape '{Shortened(shape.Id)}'";
        CheckText(shape.Id, "id", where, GroundTruthLimits.NameLength, mayBeEmpty: false);
        CheckText(shape.ClassName, "class", where, GroundTruthLimits.NameLength, mayBeEmpty: false);
        CheckText(shape.Author, "author", where, GroundTruthLimits.NameLength, mayBeEmpty: true);
        switch (shape)
        {
            case BoxShape { Box: var box }:
                CheckRectangle(box, shape.Id, width, height);
                break;
            case EllipseShape { Box: var box }:
                CheckRectangle(box, shape.Id, width, height);
                break;
            case PolygonShape { Points: var points }:
                if (points.Count < 3)
                {
                    throw EmptyShape(shape.Id);
                }
                if (points.Any(point => !Inside(point.X, width) || !Inside(point.Y, height)))
                {
                    throw OutOfBounds(shape.Id, width, height);
                }
                break;
            case MaskShape { Mask: var mask }:
                if (mask.Width != width || mask.Height != height)
                {
                    throw SizeMismatch(mask.Width, mask.Height, width, height);
                }
                if (mask.IsEmpty())
                {
                    throw EmptyShape(shape.Id);
                }
                break;
            default:
                throw new ArgumentException($"No rule is known for a {shape.GetType().Name}.", nameof(shape));
        }
    }

    internal static RefusedInputException SizeMismatch(int width, int height, int expectedWidth, int expectedHeight) => new(
        RefusalCode.GroundTruthSizeMismatch,
        $"This ground truth is for an image of {width} x {height} pixels, "
            + $"but the image has {expectedWidth} x {expectedHeight}: choose the file that belongs to it.",
        width, height, expectedWidth, expectedHeight);

    private static void CheckRectangle(ImageRectangle box, string id, int width, int height)
    {
        if (!(box.Width > 0) || !(box.Height > 0))
        {
            throw EmptyShape(id);
        }
        if (!Inside(box.X, width) || !Inside(box.Y, height) || !Inside(box.X + box.Width, width) || !Inside(box.Y + box.Height, height))
        {
            throw OutOfBounds(id, width, height);
        }
    }

    /// <summary>False for a value that is not a number too.</summary>
    private static bool Inside(double value, int side) => value >= 0 && value <= side;

    private static void CheckText(string text, string field, string where, int limit, bool mayBeEmpty)
    {
        if (text.Length > limit || (text.Length == 0 && !mayBeEmpty) || text.Any(char.IsControl) || HasLoneSurrogate(text))
        {
            throw Invalid(field, where, text, $"{(mayBeEmpty ? "0" : "1")} to {limit} characters without control characters");
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }
        return false;
    }

    private static void CheckHash(string sha256, string where)
    {
        if (sha256.Length != 0 && (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower)))
        {
            throw Invalid("sha256", where, sha256, "64 lower-case hexadecimal digits");
        }
    }

    private static void CheckSide(int pixels, string field, string where)
    {
        if (pixels is < 1 or > GroundTruthLimits.ImageSide)
        {
            throw Invalid(field, where, pixels, $"1 to {GroundTruthLimits.ImageSide}");
        }
    }

    private static RefusedInputException EmptyShape(string id) => new(
        RefusalCode.GroundTruthEmptyShape,
        $"Shape '{Shortened(id)}' covers nothing: delete it or draw it again.",
        Shortened(id));

    private static RefusedInputException OutOfBounds(string id, int width, int height) => new(
        RefusalCode.GroundTruthOutOfBounds,
        $"Shape '{Shortened(id)}' reaches outside the image of {width} x {height} pixels: move or cut it.",
        Shortened(id), width, height);

    private static string Shortened(object seen)
    {
        var text = Convert.ToString(seen, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
