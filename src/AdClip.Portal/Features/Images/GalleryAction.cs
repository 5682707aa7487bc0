namespace AdClip.Portal.Features.Images;

/// <summary>Something that a downstream feature lets people do with the images selected in the gallery.</summary>
/// <remarks>
/// Register with <c>services.AddSingleton(new GalleryAction(typeof(X)))</c>. The component gets the parameters
/// <c>Guid ProjectId</c>, <c>IReadOnlyList&lt;Guid&gt; ImageIds</c> and <c>EventCallback Done</c>, which it invokes once the images
/// have changed. A button with <c>data-command="good"</c> is pressed by the key of that command of the gallery (keys.json).
/// </remarks>
/// <param name="Component">The component's type.</param>
public sealed record GalleryAction(Type Component);

/// <summary>Something that a downstream feature lets people do with all images of a project; shown beside the upload.</summary>
/// <remarks>Registered likewise. The component gets <c>Guid ProjectId</c> and <c>EventCallback Done</c>.</remarks>
/// <param name="Component">The component's type.</param>
public sealed record GalleryTool(Type Component);
