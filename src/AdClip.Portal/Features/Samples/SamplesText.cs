namespace AdClip.Portal.Features.Samples;

/// <summary>Names the texts of this feature: SamplesText.resx and SamplesText.ko.resx.</summary>
public sealed class SamplesText;
