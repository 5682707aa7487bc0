namespace AdClip.Portal.Features.Exports;

/// <summary>Names the texts of this feature: ExportsText.resx and ExportsText.ko.resx.</summary>
public sealed class ExportsText;
