using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>
/// Replaces character references as browsers do: old names work without a semicolon, and numbers
/// mean Windows-1252 where browsers take them so.
/// </summary>
/// <remarks>Names are those of HTML 4; the two thousand that HTML 5 added stay as they are.</remarks>
internal static partial class HtmlEntities
{
    // What Windows-1252 has at 0x80 to 0x9f; the five bytes that it leaves open stay controls.
    public const string Windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    private const int LongestOldName = 6;

    public static string Decode(string text) => Reference().Replace(text, match => Value(match.Groups[1].ValueSpan) ?? match.Value);

    private static string? Value(ReadOnlySpan<char> reference)
    {
        if (reference[0] == '#')
        {
            return Number(reference[1..].TrimEnd(';'));
        }
        if (reference[^1] == ';' && Named(reference[..^1]) is { } value)
        {
            return value;
        }
        for (var length = Math.Min(reference.Length, LongestOldName); length >= 2; length--)
        {
            if (Named(reference[..length]) is [<= '\u00ff'] old)
            {
                return $"{old}{reference[length..]}";
            }
        }
        return null;
    }

    private static string? Named(ReadOnlySpan<char> name)
    {
        var shouted = name is "AMP" or "LT" or "GT" or "QUOT" or "COPY" or "REG";
        var reference = $"&{(shouted ? name.ToString().ToLowerInvariant() : name)};";
        var decoded = WebUtility.HtmlDecode(reference);
        return decoded == reference || decoded.Length > 2 ? null : decoded;
    }

    private static string Number(ReadOnlySpan<char> digits)
    {
        var isHexadecimal = digits[0] is 'x' or 'X';
        var isRead = isHexadecimal
            ? uint.TryParse(digits[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (!isRead || number == 0 || !Rune.IsValid(number))
        {
            return "\ufffd";
        }
        if (number is >= 0x80 and <= 0x9f)
        {
            return Windows1252[(int)number - 0x80].ToString();
        }
        var isNothing = number is < ' ' and not ('\t' or '\n' or '\f' or '\r') or 0x7f or (>= 0xfdd0 and <= 0xfdef) || (number & 0xfffe) == 0xfffe;
        return isNothing ? "" : new Rune(number).ToString();
    }

    [GeneratedRegex(@"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
