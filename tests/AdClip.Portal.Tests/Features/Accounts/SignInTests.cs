using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;

namespace AdClip.Portal.Tests.Features.Accounts;

public sealed class SignInTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private readonly PortalHost _portal = shared.Host;

    [Fact]
    public async Task Api_WithoutSignIn_Answers401()
    {
        using var client = _portal.CreateClient();
        var answer = await client.GetAsync("/api/v1/projects", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Api_UnknownKey_Answers401()
    {
        using var client = _portal.CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", "adclip_wrong");
        var answer = await client.GetAsync("/api/v1/projects", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData(Roles.Annotator, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Supervisor, HttpStatusCode.Forbidden)]
    [InlineData(Roles.QaLead, HttpStatusCode.Created)]
    [InlineData(Roles.Admin, HttpStatusCode.Created)]
    public async Task CreateProject_ByRole_IsAllowedOnlyForThoseWhoRun(string role, HttpStatusCode expected)
    {
        using var client = await _portal.ClientAsync(role);
        var answer = await client.PostAsJsonAsync("/api/v1/projects", new NewProject($"Plates {Guid.NewGuid():N}"), TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Cookie_ChangingRequest_NeedsTheAntiforgeryHeader()
    {
        using var browser = await _portal.BrowserAsync();
        var without = await browser.PostAsJsonAsync("/api/v1/projects", new NewProject($"Plates {Guid.NewGuid():N}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);

        browser.DefaultRequestHeaders.Add("X-Antiforgery", await PortalHost.AntiforgeryTokenAsync(browser));
        var with = await browser.PostAsJsonAsync("/api/v1/projects", new NewProject($"Plates {Guid.NewGuid():N}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, with.StatusCode);
    }

    [Fact]
    public async Task Page_WithoutSignIn_LeadsToSignInAndBack()
    {
        using var client = _portal.CreateClient(new() { AllowAutoRedirect = false });
        var answer = await client.GetAsync("/account", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.EndsWith("/sign-in?returnUrl=%2Faccount", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ko", "lang=\"ko\"")]
    [InlineData("en", "lang=\"en\"")]
    [InlineData("de", "lang=\"ko\"")]
    public async Task SignIn_ByBrowserLanguage_SpeaksItOrKorean(string language, string expected)
    {
        using var client = _portal.CreateClient();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        Assert.Contains(expected, await client.GetStringAsync("/sign-in", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_NotOpen_IsInvisibleToOthers()
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(lead);
        await using (var db = await _portal.DbAsync())
        {
            (await db.FindAsync<Project>([project.Id], TestContext.Current.CancellationToken))!.IsOpen = false;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        using var other = await _portal.ClientAsync(Roles.Annotator);
        var seen = await other.GetFromJsonAsync<List<ProjectAnswer>>("/api/v1/projects", TestContext.Current.CancellationToken);
        Assert.DoesNotContain(seen!, answer => answer.Id == project.Id);
    }
}
