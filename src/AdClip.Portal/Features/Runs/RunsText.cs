namespace AdClip.Portal.Features.Runs;

/// <summary>Names the texts of this feature: RunsText.resx and RunsText.ko.resx.</summary>
public sealed class RunsText;
