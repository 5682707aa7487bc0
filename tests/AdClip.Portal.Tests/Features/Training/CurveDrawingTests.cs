using System.Xml.Linq;
using AdClip.Portal.Features.Training.Prompts;

namespace AdClip.Portal.Tests.Features.Training;

public sealed class CurveDrawingTests
{
    [Fact]
    public void Svg_OneEpochOfMany_ADotWithinTheFrame()
    {
        var svg = Draw([new Curve("Loss", [2.5], 1)], epochs: 15, best: 1, range: null);

        Assert.Equal(("44", "82.8"), At(Assert.Single(svg.Elements("circle"))));
        Assert.Contains("4.0", svg.Elements("text").Select(text => text.Value));
        Assert.Single(svg.Elements("line"), line => (string?)line.Attribute("class") == "curve-best");
    }

    [Fact]
    public void Svg_GapsAndValuesBeyondTheRange_StayInside()
    {
        var svg = Draw([new Curve("F1", [0.2, null, 1.4], 1)], epochs: 3, best: null, range: (0.5, 1));

        var points = ((string)svg.Element("polyline")!.Attribute("points")!).Split(' ');
        Assert.Equal(["44,204", "548,10"], points);
        Assert.Equal(
            ["0.5", "0.6", "0.7", "0.8", "0.9", "1.0"],
            svg.Elements("text").Where(text => (string?)text.Attribute("text-anchor") == "end").Select(text => text.Value));
    }

    [Fact]
    public void Svg_HundredsOfEpochs_OneDotAtTheEndAndFewTicks()
    {
        var svg = Draw([new Curve("F1", [.. Enumerable.Range(0, 200).Select(i => (double?)(i / 200.0))], 1)], epochs: 200, best: null, range: (0, 1));

        Assert.Single(svg.Elements("circle"));
        Assert.InRange(svg.Elements("text").Count(text => (string?)text.Attribute("text-anchor") == "middle"), 5, 9);
    }

    private static XElement Draw(IReadOnlyList<Curve> curves, int epochs, int? best, (double, double)? range)
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
        try
        {
            return XElement.Parse($"<svg>{CurveDrawing.Svg(curves, epochs, best, range)}</svg>");
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    private static (string, string) At(XElement dot) => ((string)dot.Attribute("cx")!, (string)dot.Attribute("cy")!);
}
