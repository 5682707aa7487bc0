namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Names the texts of teaching: TeachingText.resx and TeachingText.ko.resx.</summary>
public sealed class TeachingText;
