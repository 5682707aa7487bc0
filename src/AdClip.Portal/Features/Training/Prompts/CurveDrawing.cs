using System.Globalization;
using System.Text;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>One line of a drawing of epochs.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Values">By epoch, the first one is epoch 1; null: none.</param>
/// <param name="Style">1 to 5: colour and dashes, the same in drawing and legend.</param>
public sealed record Curve(string Name, IReadOnlyList<double?> Values, int Style);

/// <summary>Numbers over epochs as plain SVG: no script, drawn again with each epoch.</summary>
public static class CurveDrawing
{
    private const int Width = 560;
    private const int Height = 230;
    private const int Left = 44;
    private const int Right = 12;
    private const int Top = 10;
    private const int Bottom = 26;
    private const int MostDots = 40;
    private const int Ticks = 5;
    private static readonly double[] RoundTimes = [1, 2, 4, 5, 10];

    /// <summary>What is drawn inside the svg element, whose view box is <see cref="ViewBox"/>.</summary>
    /// <param name="curves">At least one value among them.</param>
    /// <param name="epochs">All epochs in the end, so that the axis does not move while it grows.</param>
    /// <param name="best">Epoch that is marked; null: none.</param>
    /// <param name="range">Least and largest value of the axis; null: as the values have it, from 0.</param>
    public static string Svg(IReadOnlyList<Curve> curves, int epochs, int? best, (double Low, double High)? range)
    {
        var (low, high) = range ?? (0, Round(curves.SelectMany(curve => curve.Values).Max() ?? 1));
        var svg = new StringBuilder();
        for (var tick = 0; tick <= Ticks; tick++)
        {
            var value = low + ((high - low) * tick / Ticks);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"curve-grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text class=\"curve-tick\" x=\"{Left - 6}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">")
                .Append(value.ToString(high - low < 0.5 ? "0.000" : "0.0#", CultureInfo.CurrentCulture)).Append("</text>");
        }
        var step = Math.Max(1, (int)Math.Ceiling(epochs / 8.0));
        for (var epoch = 1; epoch <= epochs; epoch += step)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"curve-tick\" x=\"{X(epoch):0.#}\" y=\"{Height - 8}\" text-anchor=\"middle\">{epoch}</text>");
        }
        if (best is { } marked)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"curve-best\" x1=\"{X(marked):0.#}\" x2=\"{X(marked):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        }
        foreach (var curve in curves)
        {
            var points = curve.Values.Index().Where(point => point.Item is not null).Select(point => (X: X(point.Index + 1), Y: Y(point.Item!.Value))).ToList();
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"curve curve-{curve.Style}\" points=\"")
                .AppendJoin(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}"))).Append("\"/>");
            foreach (var (x, y) in curve.Values.Count <= MostDots ? points : points.TakeLast(1))
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"curve-dot curve-{curve.Style}\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"2.6\"/>");
            }
        }
        return svg.ToString();

        double X(int epoch) => epochs <= 1 ? (Left + Width - Right) / 2.0 : Left + ((epoch - 1.0) / (epochs - 1) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((Math.Clamp(value, low, high) - low) / (high - low) * (Height - Top - Bottom));
    }

    /// <summary>Of the svg element.</summary>
    public static string ViewBox { get; } = string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {Height}");

    // Up to 1, 2, 4, 5 or 10 times a power of ten, so that the ticks are round.
    private static double Round(double value)
    {
        if (!(value > 0))
        {
            return 1;
        }
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return RoundTimes.Select(times => times * power).First(bound => bound >= value * 0.9999);
    }
}
