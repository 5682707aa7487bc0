namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>How a person wants a lesson to be kept.</summary>
/// <param name="AcceptsRegressions">Though golden images get worse.</param>
/// <param name="ShapeClass">Add the defect to the ground truth too; null: no.</param>
/// <param name="MarksGood">Label the image good too.</param>
/// <param name="MarksReviewed">Note a verdict on the result too.</param>
public sealed record KeptLesson(bool AcceptsRegressions, string? ShapeClass, bool MarksGood, bool MarksReviewed);
