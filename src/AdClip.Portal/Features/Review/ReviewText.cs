namespace AdClip.Portal.Features.Review;

/// <summary>Names the texts of this feature: ReviewText.resx and ReviewText.ko.resx.</summary>
public sealed class ReviewText;
