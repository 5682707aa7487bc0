using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AdClip.Portal.Features.Inspectors.Production;

/// <summary>The first file of a multipart request, read from the wire: nothing is buffered.</summary>
internal static class FirstFile
{
    /// <summary>Null: the request holds no file, or is no whole multipart.</summary>
    public static async Task<(string Name, Stream Content)?> OpenAsync(HttpRequest request, CancellationToken cancel)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary);
        if (boundary.Length is 0 or > 200)
        {
            return null;
        }
        var reader = new MultipartReader(boundary.Value!, request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancel) is { } section)
            {
                if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) && disposition.IsFileDisposition())
                {
                    return (HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "image", section.Body);
                }
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException and not BadHttpRequestException)
        {
            // No whole part: the same as no file.
        }
        return null;
    }
}
