namespace AdClip.Portal.Features.Images;

/// <summary>An image came in together with what its folders say of it; or its mask came later.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="FolderLabel">Good or anomaly.</param>
/// <param name="FolderClass">The defect class, or null.</param>
/// <param name="MaskFileId">The mask that came with it, or null.</param>
public sealed record ImageArrival(Guid ImageId, ImageLabel FolderLabel, string? FolderClass, Guid? MaskFileId);

/// <summary>Tells downstream features that an image with a label or a mask has arrived; its rows are already durable.</summary>
/// <remarks>
/// A killed server loses the call but not the rows: a subscriber looks for images with <see cref="ImageRecord.FolderLabel"/> and
/// revision 0, and masks with an image but no <see cref="MaskFile.AppliedAt"/>, when it starts.
/// </remarks>
public sealed class ImageArrivals
{
    private readonly List<Func<ImageArrival, CancellationToken, Task>> _subscribers = [];

    /// <summary>Call while the server starts, before requests are served.</summary>
    public void Subscribe(Func<ImageArrival, CancellationToken, Task> subscriber) => _subscribers.Add(subscriber);

    internal async Task TellAsync(ImageArrival arrival, CancellationToken cancel)
    {
        foreach (var subscriber in _subscribers)
        {
            await subscriber(arrival, cancel);
        }
    }
}
