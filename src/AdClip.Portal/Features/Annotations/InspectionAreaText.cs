namespace AdClip.Portal.Features.Annotations;

/// <summary>Names the texts of the inspection area: InspectionAreaText.resx and InspectionAreaText.ko.resx.</summary>
public sealed class InspectionAreaText;
