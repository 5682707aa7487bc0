using System.Text.RegularExpressions;
using System.Xml.Linq;
using AdClip.Testing;

namespace AdClip.Portal.Tests.Features.Annotations;

public sealed partial class LabelerTextTests
{
    [Fact]
    public void Texts_KeysOfTheLabeler_AreThoseOfTheResources()
    {
        var source = File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "wwwroot-assets", "annotations", "texts.ts"));
        var keys = Key().Matches(source[..source.IndexOf("] as const", StringComparison.Ordinal)]).Select(match => match.Groups[1].Value);
        var resources = XDocument.Load(Path.Combine(SharedFolder.RepositoryRoot, "src", "AdClip.Portal", "Features", "Annotations", "LabelerText.resx"))
            .Root!.Elements("data").Select(data => data.Attribute("name")!.Value).Where(name => char.IsLower(name[0]));

        Assert.Equal(keys.Order(StringComparer.Ordinal), resources.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Key();
}
