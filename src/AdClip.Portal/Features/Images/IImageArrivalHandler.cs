using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Images;

/// <summary>An image came in together with what its folders say of it; or its mask came later.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="FolderLabel">Good or anomaly.</param>
/// <param name="FolderClass">The defect class, or null.</param>
/// <param name="MaskFileId">The mask that came with it, or null.</param>
public sealed record ImageArrival(Guid ImageId, ImageLabel FolderLabel, string? FolderClass, Guid? MaskFileId);

/// <summary>What is done with an image that has arrived with a label or a mask; its rows are already durable.</summary>
/// <remarks>
/// A later feature registers the one handler; without it the portal does not start. A killed server loses the call but not the rows:
/// the handler looks for images with <see cref="ImageRecord.FolderLabel"/> and revision 0, and masks with an image but no
/// <see cref="MaskFile.AppliedAt"/>, when it starts.
/// </remarks>
public interface IImageArrivalHandler
{
    Task ArrivedAsync(ImageArrival arrival, CancellationToken cancel);
}
