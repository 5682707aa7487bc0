using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AdClip.Testing;

namespace AdClip.Portal.Tests;

/// <summary>The guide names every endpoint that there is, and none that is not.</summary>
public sealed partial class ApiGuideTests : IAsyncDisposable
{
    private readonly PortalHost _portal = new();

    [Fact]
    public async Task Guide_AgainstOpenApi_NamesTheSameEndpoints()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = _portal.CreateClient();
        var description = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", cancel);
        var actual =
            from path in description.GetProperty("paths").EnumerateObject()
            from verb in path.Value.EnumerateObject()
            select $"{verb.Name.ToUpperInvariant()} {path.Name.Replace("/api/v1", "", StringComparison.Ordinal)}";

        var guide = await File.ReadAllTextAsync(Path.Combine(SharedFolder.RepositoryRoot, "docs", "guide", "http-api.md"), cancel);
        var written = Endpoint().Matches(guide).Select(match => match.Groups[1].Value);

        Assert.Equal(actual.Order(StringComparer.Ordinal), written.Distinct().Order(StringComparer.Ordinal));
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [GeneratedRegex("`((?:GET|POST|PUT|PATCH|DELETE) /[^`?]+)`")]
    private static partial Regex Endpoint();
}
