namespace AdClip.Portal.Features.Images;

/// <summary>Names the texts of this feature: ImagesText.resx and ImagesText.ko.resx.</summary>
public sealed class ImagesText;
