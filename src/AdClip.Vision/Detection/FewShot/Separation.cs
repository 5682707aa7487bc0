namespace AdClip.Vision.Detection.FewShot;

/// <summary>How well scores tell defective from good images.</summary>
internal static class Separation
{
    /// <summary>The probability that a defective image scores above a good one, ties counted one half; one half where a kind is missing.</summary>
    public static double AreaUnderRoc(IReadOnlyList<double> good, IReadOnlyList<double> defective)
    {
        if (good.Count == 0 || defective.Count == 0)
        {
            return 0.5;
        }
        var won = 0.0;
        foreach (var high in defective)
        {
            foreach (var low in good)
            {
                won += high > low ? 1 : high == low ? 0.5 : 0;
            }
        }
        return won / good.Count / defective.Count;
    }
}
