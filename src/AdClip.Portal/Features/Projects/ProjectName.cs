using System.Globalization;

namespace AdClip.Portal.Features.Projects;

/// <summary>Names that are not taken.</summary>
public static class ProjectName
{
    /// <summary>The name itself where nothing is called so, else with the first free number behind it: "Plates 2".</summary>
    /// <remarks>Letters differ in more than case and in how they are composed: to people the others are one name.</remarks>
    public static string Free(string name, IEnumerable<string> taken)
    {
        var known = taken.Select(Plain).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var free = name;
        for (var number = 2; known.Contains(Plain(free)); number++)
        {
            var suffix = string.Create(CultureInfo.InvariantCulture, $" {number}");
            free = name[..Math.Min(name.Length, ProjectTable.Limits.Name - suffix.Length)].TrimEnd() + suffix;
        }
        return free;
    }

    private static string Plain(string name) => name.Trim().Normalize();
}
