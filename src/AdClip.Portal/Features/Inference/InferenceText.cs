namespace AdClip.Portal.Features.Inference;

/// <summary>Names the texts of this feature: InferenceText.resx and InferenceText.ko.resx.</summary>
public sealed class InferenceText;
