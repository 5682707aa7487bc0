namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>Names the texts of comparisons: ComparisonText.resx and ComparisonText.ko.resx.</summary>
public sealed class ComparisonText;
