using System.Text.Json;

namespace AdClip.Vision.GroundTruth;

/// <summary>Reads the fields of one JSON object, refuses what does not fit, and remembers which fields nobody asked for.</summary>
internal sealed class FieldReader
{
    private readonly Dictionary<string, JsonElement> _unread = [];

    public FieldReader(JsonElement element, string where)
    {
        Where = where;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw GroundTruthValidation.Invalid("(itself)", where, element.ValueKind, "an object");
        }
        try
        {
            foreach (var property in element.EnumerateObject())
            {
                _unread[property.Name] = property.Value; // of a doubled field the last counts, as in JavaScript
            }
        }
        catch (InvalidOperationException)
        {
            throw GroundTruthValidation.Invalid("(a name)", where, "(half a character)", "complete Unicode text");
        }
    }

    /// <summary>How messages name this object.</summary>
    public string Where { get; }

    public void Skip(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            _unread.Remove(field);
        }
    }

    public string Text(string field) => OptionalText(field) ?? throw GroundTruthNames.Missing(field, Where);

    public string? OptionalText(string field)
    {
        if (!Take(field, out var value))
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.String)
        {
            throw GroundTruthValidation.Invalid(field, Where, value, "text");
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw GroundTruthValidation.Invalid(field, Where, "(half a character)", "complete Unicode text");
        }
    }

    public int Integer(string field) => OptionalInteger(field) ?? throw GroundTruthNames.Missing(field, Where);

    public int? OptionalInteger(string field)
    {
        if (!Take(field, out var value))
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw GroundTruthValidation.Invalid(field, Where, value, "a whole number");
    }

    public IReadOnlyList<JsonElement> Items(string field)
    {
        if (!Take(field, out var value))
        {
            throw GroundTruthNames.Missing(field, Where);
        }
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : throw GroundTruthValidation.Invalid(field, Where, value.ValueKind, "a list");
    }

    public JsonElement Object(string field) => Take(field, out var value) ? value : throw GroundTruthNames.Missing(field, Where);

    public ImageRectangle Rectangle(string field)
    {
        var numbers = Items(field);
        return numbers.Count == 4
            ? new ImageRectangle(Number(numbers[0], field), Number(numbers[1], field), Number(numbers[2], field), Number(numbers[3], field))
            : throw GroundTruthValidation.Invalid(field, Where, $"{numbers.Count} numbers", "[x, y, width, height]");
    }

    public IReadOnlyList<ImagePoint> Points(string field)
    {
        var items = Items(field);
        if (items.Count > GroundTruthLimits.PointsPerImage)
        {
            throw GroundTruthValidation.Invalid(field, Where, $"{items.Count} points", $"at most {GroundTruthLimits.PointsPerImage} points");
        }
        return [.. items.Select(item => item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2
            ? new ImagePoint(Number(item[0], field), Number(item[1], field))
            : throw GroundTruthValidation.Invalid(field, Where, item, "a list of [x, y]"))];
    }

    /// <summary>The fields that nobody read, as one JSON object; null where there are none.</summary>
    public string? Unread()
    {
        return _unread.Count == 0 ? null : GroundTruthJson.TextOf(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in _unread)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        });
    }

    private double Number(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw GroundTruthValidation.Invalid(field, Where, value, "a number");

    private bool Take(string field, out JsonElement value) =>
        _unread.Remove(field, out value) && value.ValueKind != JsonValueKind.Null;
}
