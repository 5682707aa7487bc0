namespace AdClip.Portal.Features.Jobs;

/// <summary>Names the texts of this feature: JobsText.resx and JobsText.ko.resx.</summary>
public sealed class JobsText;
