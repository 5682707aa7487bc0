using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Images;

/// <summary>Which images of a project are meant.</summary>
/// <param name="Label">Only this label; null for all.</param>
/// <param name="Name">Part of the name or its folders; null or empty for all.</param>
/// <param name="UploadedFrom">Uploaded at or after this time.</param>
/// <param name="Deleted">The deleted ones instead of the others.</param>
/// <param name="Split">Only this split; null for all.</param>
public sealed record ImageFilter(
    ImageLabel? Label = null, string? Name = null, DateTimeOffset? UploadedFrom = null, bool Deleted = false, ImageSplit? Split = null)
{
    /// <summary>The project's images that pass, in no order yet.</summary>
    public IQueryable<ImageRecord> Of(IQueryable<ImageRecord> images, Guid projectId)
    {
        var passing = images.Where(image => image.ProjectId == projectId && (Deleted ? image.DeletedAt != null : image.DeletedAt == null));
        if (Label is { } label)
        {
            passing = passing.Where(image => image.Label == label);
        }
        if (Split is { } split)
        {
            passing = passing.Where(image => image.Split == split);
        }
        if (!string.IsNullOrWhiteSpace(Name))
        {
            var pattern = "%" + Name.Trim()
                .Replace(@"\", @"\\", StringComparison.Ordinal)
                .Replace("%", @"\%", StringComparison.Ordinal)
                .Replace("_", @"\_", StringComparison.Ordinal) + "%";
            passing = passing.Where(image => EF.Functions.Like(image.RelativePath, pattern, @"\"));
        }
        if (UploadedFrom is { } from)
        {
            passing = passing.Where(image => image.UploadedAt >= from);
        }
        return passing;
    }
}
