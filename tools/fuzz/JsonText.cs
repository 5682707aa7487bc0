using System.Globalization;
using System.Text;

namespace AdClip.Fuzz;

/// <summary>Damage to the values of a JSON text.</summary>
internal static class JsonText
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "{}", "[]", "\"\"", "\"x\"", "0", "-1", "1e308", "1e-400", "1.5", "NaN", "18446744073709551616", "-9223372036854775809",
        "\"\\ud800\"", "\"\\u0000\"", "[[[[[[]]]]]]", "{\"a\":{\"a\":{}}}", "[1,2,3]",
    ];

    public static byte[] Mutate(Random random, byte[] seed)
    {
        var text = Encoding.UTF8.GetString(seed);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            text = Change(random, text);
        }
        return Encoding.UTF8.GetBytes(text);
    }

    private static string Change(Random random, string text)
    {
        var (start, end) = Token(random, text);
        var token = text[start..end];
        switch (random.Next(9))
        {
            case 0:
                return text[..start] + Bytes.Number(random).ToString(CultureInfo.InvariantCulture) + text[end..];
            case 1 or 2:
                return text[..start] + Values[random.Next(Values.Length)] + text[end..];
            case 3:
                return text[..start] + text[end..];
            case 4: // twice, with or without the comma
                return text[..end] + (random.Next(2) == 0 ? "," : "") + text[start..];
            case 5: // another token in its place
                {
                    var (from, to) = Token(random, text);
                    return text[..start] + text[from..to] + text[end..];
                }
            case 6: // deep
                {
                    var depth = 1 << random.Next(14);
                    var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
                    return text[..start] + string.Concat(Enumerable.Repeat(open, depth)) + token
                        + string.Concat(Enumerable.Repeat(close, random.Next(2) == 0 ? depth : 0)) + text[end..];
                }
            case 7: // long
                return text[..start] + string.Join(',', Enumerable.Repeat(token, 1 << random.Next(12))) + text[end..];
            default:
                return Encoding.Latin1.GetString(Bytes.Mutate(random, Encoding.Latin1.GetBytes(text)));
        }
    }

    // A run of characters between structural ones, or one structural character.
    private static (int Start, int End) Token(Random random, string text)
    {
        if (text.Length == 0)
        {
            return (0, 0);
        }
        const string Structure = "{}[],:";
        var at = random.Next(text.Length);
        if (Structure.Contains(text[at], StringComparison.Ordinal))
        {
            return (at, at + 1);
        }
        var (start, end) = (at, at + 1);
        while (start > 0 && !Structure.Contains(text[start - 1], StringComparison.Ordinal))
        {
            start--;
        }
        while (end < text.Length && !Structure.Contains(text[end], StringComparison.Ordinal))
        {
            end++;
        }
        return (start, end);
    }
}
