namespace AdClip.EndToEnd.Tests;

public sealed class PortalProcessTests
{
    [Fact]
    public async Task Kill_WhileSignedIn_SessionAndProjectsSurvive()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var portal = new PortalProcess();
        await portal.StartAsync(cancel);
        using var client = await portal.SignInAsync(cancel);
        using var created = await client.PostAsync("/api/v1/projects", new StringContent("""{"name":"Plates"}""", null, "application/json"), cancel);
        Assert.Equal(System.Net.HttpStatusCode.Created, created.StatusCode);

        portal.KillHard();
        await portal.StartAsync(cancel);

        Assert.Contains("Plates", await client.GetStringAsync("/api/v1/projects", cancel), StringComparison.Ordinal);
        await portal.StopAsync(cancel);
    }
}
