namespace AdClip.Portal.Features.Models;

/// <summary>Names the texts of this feature: ModelsText.resx and ModelsText.ko.resx.</summary>
public sealed class ModelsText;
