using System.Text;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Brings a text into the form that CLIP's vocabulary was made for.</summary>
/// <remarks>
/// CLIP runs the ftfy library first. Done here: terminal escapes, control characters, C1 controls read as Windows-1252, ligatures,
/// wide and narrow forms, curly quotes, line breaks, canonical composition. Not done: guessing at text that was decoded in the wrong
/// encoding, and names of HTML 5 that HTML 4 did not have.
/// </remarks>
internal static class TextCleaner
{
    private const string Ligatures = "ĲĳŉǄǅǆǇǈǉǊǋǌǱǲǳﬀﬁﬂﬃﬄﬅﬆ";

    public static string Clean(string text)
    {
        var repaired = Repair(text);
        var unescaped = HtmlEntities.Decode(HtmlEntities.Decode(repaired));
        return Lower(CollapseSpaces(unescaped));
    }

    private static string Repair(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\u001b' && i + 1 < text.Length && text[i + 1] == '[')
            {
                i = EscapeEnd(text, i);
                continue;
            }
            if (c is >= '\u0080' and <= '\u009f')
            {
                c = HtmlEntities.Windows1252[c - '\u0080'];
            }
            switch (c)
            {
                case '\u2028' or '\u2029':
                    result.Append('\n');
                    break;
                case '\u02bc' or (>= '\u2018' and <= '\u201b'):
                    result.Append('\'');
                    break;
                case >= '\u201c' and <= '\u201f':
                    result.Append('"');
                    break;
                case '\t' or '\n' or '\f' or '\r':
                    result.Append(c);
                    break;
                case '\ufeff' or '\u007f' or < ' ' or (>= '\u206a' and <= '\u206f') or (>= '\ufff9' and <= '\ufffb'):
                    break;
                case '\u3000' or (>= '\uff01' and <= '\uffef'):
                    result.Append(c.ToString().Normalize(NormalizationForm.FormKC));
                    break;
                default:
                    result.Append(Ligatures.Contains(c, StringComparison.Ordinal)
                        ? c.ToString().Normalize(NormalizationForm.FormKC).Replace('\u02bc', '\'')
                        : c.ToString());
                    break;
            }
        }
        // A half surrogate pair cannot be normalised; encoding replaces it.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(result.ToString())).Normalize(NormalizationForm.FormC);
    }

    private static int EscapeEnd(string text, int start)
    {
        for (var i = start + 2; i < text.Length; i++)
        {
            if (char.IsAsciiLetter(text[i]))
            {
                return text[i] is 'm' or 'K' ? i : start;
            }
            if (!char.IsAsciiDigit(text[i]) && text[i] != ';')
            {
                return start;
            }
        }
        return start;
    }

    private static string CollapseSpaces(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!IsSpace(c))
            {
                result.Append(c);
            }
            else if (result.Length > 0 && result[^1] != ' ')
            {
                result.Append(' ');
            }
        }
        return result.ToString().TrimEnd(' ');
    }

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    // Two rules of full lower-casing that .NET's simple one does not have.
    private static string Lower(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case 'İ':
                    result.Append("i\u0307");
                    break;
                case 'Σ':
                    result.Append(FollowsLetter(text, i, -1) && !FollowsLetter(text, i, 1) ? 'ς' : 'σ');
                    break;
                default:
                    result.Append(text[i]);
                    break;
            }
        }
        return result.ToString().ToLowerInvariant();
    }

    private static bool FollowsLetter(string text, int from, int step)
    {
        for (var i = from + step; i >= 0 && i < text.Length; i += step)
        {
            if (char.IsLetter(text[i]))
            {
                return true;
            }
            // Apostrophes, dots and marks are looked through.
            if (text[i] is not ('\'' or '.' or ':' or '\u00b7' or '\u00ad' or '\u2019')
                && char.GetUnicodeCategory(text[i]) is not System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                return false;
            }
        }
        return false;
    }
}
