using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Vision;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Projects;

/// <summary>A name is never taken twice in silence, by whatever way it comes.</summary>
public sealed class ProjectsEndpointsTests : IAsyncDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly PortalHost _portal = new();

    [Theory]
    [InlineData("en", "already")]
    [InlineData("ko", "이미")]
    public async Task Create_NameTaken_SaysSoAndWhichIsFree(string culture, string word)
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead, culture);
        await CreateAsync(lead, "Plates", HttpStatusCode.Created);

        var said = await CreateAsync(lead, " plates ", HttpStatusCode.Conflict);
        Assert.Equal(("ProjectNameTaken", "plates 2"), (said.GetProperty("code").GetString(), said.GetProperty("suggestion").GetString()));
        Assert.Contains(word, said.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Single((await lead.GetFromJsonAsync<List<ProjectAnswer>>("/api/v1/projects", Cancel))!);

        await CreateAsync(lead, "plates 2", HttpStatusCode.Created);
        Assert.Equal("Plates 3", (await CreateAsync(lead, "Plates", HttpStatusCode.Conflict)).GetProperty("suggestion").GetString());
    }

    [Fact]
    public async Task Create_ManyAtOnce_OneGetsTheName()
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => lead.PostAsJsonAsync("/api/v1/projects", new NewProject("Plates"), Cancel)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Create_NameOfAProjectThatIsHiddenOrPutAway_TellsNothingOfIt()
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        using var other = await _portal.ClientAsync(Roles.QaLead);
        var hidden = await PortalHost.NewProjectAsync(lead, "Secret");
        await _portal.Services.GetRequiredService<ProjectMembersState>().SetOpenAsync(hidden.Id, isOpen: false, await _portal.AdminIdAsync());
        await CreateAsync(other, "Secret", HttpStatusCode.Created);

        var away = await PortalHost.NewProjectAsync(lead, "Old");
        await _portal.Services.GetRequiredService<ProjectsState>().ArchiveAsync(away.Id);
        await CreateAsync(lead, "Old", HttpStatusCode.Created);
    }

    [Fact]
    public async Task Update_NameOfAnother_IsRefusedAndItsOwnIsNot()
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        await PortalHost.NewProjectAsync(lead, "Plates");
        var tiles = await PortalHost.NewProjectAsync(lead, "Tiles");
        var (state, admin) = (_portal.Services.GetRequiredService<ProjectsState>(), await _portal.AdminAsync());

        var refused = await Assert.ThrowsAsync<RefusedInputException>(() => state.UpdateAsync(tiles.Id, new NewProject("PLATES"), admin));
        Assert.Equal((RefusalCode.ProjectNameTaken, "PLATES 2"), (refused.Code, refused.Arguments[1]));
        await state.UpdateAsync(tiles.Id, new NewProject("tiles", "Glazed"), admin);
        var names = (await lead.GetFromJsonAsync<List<ProjectAnswer>>("/api/v1/projects", Cancel))!.Select(project => project.Name);
        Assert.Equal(["Plates", "tiles"], names.Order(StringComparer.Ordinal));
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    private static async Task<JsonElement> CreateAsync(HttpClient client, string name, HttpStatusCode expected)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/projects", new NewProject(name), Cancel);
        Assert.Equal(expected, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
