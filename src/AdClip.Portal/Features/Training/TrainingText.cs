namespace AdClip.Portal.Features.Training;

/// <summary>Names the resource files of the training page.</summary>
public sealed class TrainingText;
