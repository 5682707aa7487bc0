namespace AdClip.Portal.Features.Training;

/// <summary>Names the resource files of what is said of the images before a detector learns from them.</summary>
public sealed class DataAdviceText;
