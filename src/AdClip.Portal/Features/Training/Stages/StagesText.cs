namespace AdClip.Portal.Features.Training.Stages;

/// <summary>Names the resource files of the stages' texts.</summary>
public sealed class StagesText;
