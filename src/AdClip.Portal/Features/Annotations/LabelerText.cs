namespace AdClip.Portal.Features.Annotations;

/// <summary>Names the texts of this feature: LabelerText.resx and LabelerText.ko.resx.</summary>
public sealed class LabelerText;
