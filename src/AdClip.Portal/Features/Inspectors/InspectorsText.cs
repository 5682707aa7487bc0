namespace AdClip.Portal.Features.Inspectors;

/// <summary>Names the texts of this feature: InspectorsText.resx and InspectorsText.ko.resx.</summary>
public sealed class InspectorsText;
