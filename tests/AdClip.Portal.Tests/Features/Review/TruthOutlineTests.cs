using System.Globalization;
using System.Text.RegularExpressions;
using AdClip.Testing;
using AdClip.Vision.Imaging;

namespace AdClip.Portal.Tests.Features.Review;

/// <summary>The outline of the ground truth is seen on every colour that can lie below it.</summary>
public sealed partial class TruthOutlineTests
{
    private const double LeastContrast = 3;

    [Fact]
    public void TwoTones_EveryColourOfEveryHeatmap_OneOfThemStandsOut()
    {
        var tones = Tones();
        Assert.All(Below(), colour => Assert.True(tones.Max(tone => Contrast(tone, colour)) >= LeastContrast, $"{colour}"));
    }

    [Fact]
    public void OneTone_AnyOfWhatWasDrawnBefore_IsLostSomewhere()
    {
        // The red of the first defect class, and either tone alone.
        foreach (var tone in (IEnumerable<(double, double, double)>)[(255, 77, 79), .. Tones()])
        {
            Assert.Contains(Below(), colour => Contrast(tone, colour) < LeastContrast);
        }
    }

    /// <summary>Every colour of both maps, as strong as people can make it, on a photograph of any grey.</summary>
    private static IEnumerable<(double Red, double Green, double Blue)> Below()
    {
        foreach (var map in (ColourMap[])[ColourMap.Ember, ColourMap.Jet])
        {
            var rgb = map.Rgb.ToArray();
            for (var i = 0; i < 256; i++)
            {
                foreach (var opacity in (double[])[0.25, 0.6, 1])
                {
                    foreach (var grey in (double[])[0, 90, 128, 190, 255])
                    {
                        double Mixed(int channel) => (opacity * rgb[(3 * i) + channel]) + ((1 - opacity) * grey);
                        yield return (Mixed(0), Mixed(1), Mixed(2));
                    }
                }
            }
        }
    }

    /// <summary>As the script that draws them declares them.</summary>
    private static List<(double Red, double Green, double Blue)> Tones()
    {
        var source = File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "wwwroot-assets", "viewer", "twoTone.ts"));
        var tones = Tone().Matches(source).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, tones.Count);
        return tones.ConvertAll(hex => (Channel(hex, 0), Channel(hex, 2), Channel(hex, 4)));
    }

    private static double Channel(string hex, int at) => int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // WCAG 2.2: contrast ratio of relative luminances.
    private static double Contrast((double, double, double) a, (double, double, double) b)
    {
        var (one, other) = (Luminance(a), Luminance(b));
        return (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);
    }

    private static double Luminance((double Red, double Green, double Blue) colour)
    {
        static double Linear(double value) => value / 255 <= 0.04045 ? value / 255 / 12.92 : Math.Pow(((value / 255) + 0.055) / 1.055, 2.4);
        return (0.2126 * Linear(colour.Red)) + (0.7152 * Linear(colour.Green)) + (0.0722 * Linear(colour.Blue));
    }

    [GeneratedRegex("(?:light|dark): \"#([0-9a-f]{6})\"")]
    private static partial Regex Tone();
}
