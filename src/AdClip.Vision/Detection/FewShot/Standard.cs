namespace AdClip.Vision.Detection.FewShot;

/// <summary>Brings values of one part to a common scale: 0 for the mean good one, in units of the spread within a kind.</summary>
/// <param name="Mean">Of good values.</param>
/// <param name="Deviation">More than 0.</param>
/// <param name="Most">Larger values count as this one; null: as they are.</param>
internal readonly record struct Standard(double Mean, double Deviation, double? Most = null)
{
    private const double Least = 1e-9;

    public double Of(double value) => (Math.Min(value, Most ?? value) - Mean) / Deviation;

    /// <summary>Mean of the good; the spread of good and defective around their own means.</summary>
    public static Standard From(IReadOnlyList<double> good, IReadOnlyList<double> defective)
    {
        var mean = good.Average();
        var squares = Squares(good, mean) + (defective.Count > 1 ? Squares(defective, defective.Average()) : 0);
        var freedom = good.Count - 1 + Math.Max(0, defective.Count - 1);
        return new Standard(mean, Math.Max(Math.Sqrt(squares / Math.Max(1, freedom)), Least));
    }

    /// <summary>The same with both kinds weighing alike, however many values each has.</summary>
    public static Standard BetweenKinds(IReadOnlyList<double> good, IReadOnlyList<double> defective)
    {
        var mean = good.Average();
        var variance = Squares(good, mean) / good.Count;
        if (defective.Count > 1)
        {
            variance = (variance + (Squares(defective, defective.Average()) / defective.Count)) / 2;
        }
        return new Standard(mean, Math.Max(Math.Sqrt(variance), Least));
    }

    private static double Squares(IReadOnlyList<double> values, double mean) => values.Sum(value => (value - mean) * (value - mean));
}
