namespace AdClip.Vision.Metrics;

/// <summary>One point of a precision/recall or ROC curve: what happens when "score >= threshold" means anomalous.</summary>
/// <param name="Threshold">In the unit of the scores.</param>
/// <param name="Counts">Outcomes at this threshold.</param>
public readonly record struct CurvePoint(double Threshold, Confusion Counts);
