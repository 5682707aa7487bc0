using System.Globalization;

namespace AdClip.Portal.Features.Images;

/// <summary>Addresses of an image's bytes.</summary>
public static class ImageUrls
{
    public static string Thumbnail(Guid imageId) => Of($"/api/v1/images/{imageId}/thumbnail");

    /// <summary>What a browser can show, in the frame of every coordinate.</summary>
    public static string Display(Guid imageId) => Of($"/api/v1/images/{imageId}/display");

    /// <summary>The uploaded bytes under their own name.</summary>
    public static string Download(Guid imageId) => Of($"/api/v1/images/{imageId}/original?download=true");

    private static string Of(FormattableString url) => url.ToString(CultureInfo.InvariantCulture);
}
