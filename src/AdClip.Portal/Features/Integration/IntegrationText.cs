namespace AdClip.Portal.Features.Integration;

/// <summary>Names the texts of this feature: IntegrationText.resx and IntegrationText.ko.resx.</summary>
public sealed class IntegrationText;
