using System.Globalization;

namespace AdClip.Portal.Shell;

/// <summary>The languages of the portal, the first one being the default.</summary>
public static class SupportedCultures
{
    public static IReadOnlyList<CultureInfo> All { get; } = [CultureInfo.GetCultureInfo("ko"), CultureInfo.GetCultureInfo("en")];
}
