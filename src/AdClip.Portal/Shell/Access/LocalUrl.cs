namespace AdClip.Portal.Shell.Access;

/// <summary>Keeps redirects inside the portal.</summary>
public static class LocalUrl
{
    /// <summary>The address if it is a path of this portal, else the home page.</summary>
    public static string OrHome(string? url) =>
        url is not null && url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal) && !url.Contains('\\') && !url.Any(char.IsControl)
            ? url
            : PortalUrls.ProjectsRoute;
}
