using System.Net.Http.Json;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Projects;

public sealed class ProjectMembersTests : IAsyncDisposable
{
    private readonly PortalHost _portal = new();

    [Fact]
    public async Task Close_Project_OnlyItsMembersSeeIt()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        using var annotator = await _portal.ClientAsync(Roles.Annotator);
        var project = await PortalHost.NewProjectAsync(lead);
        var members = _portal.Services.GetRequiredService<ProjectMembersState>();
        Guid leadId, annotatorId;
        await using (var db = await _portal.DbAsync())
        {
            leadId = await db.Users.Where(user => user.UserName!.StartsWith(Roles.QaLead)).Select(user => user.Id).SingleAsync(cancel);
            annotatorId = await db.Users.Where(user => user.UserName!.StartsWith(Roles.Annotator)).Select(user => user.Id).SingleAsync(cancel);
        }

        await members.SetOpenAsync(project.Id, isOpen: false, leadId);
        Assert.Single(await ListAsync(lead));
        Assert.Empty(await ListAsync(annotator));

        await members.SetMemberAsync(project.Id, annotatorId, isMember: true);
        Assert.Single(await ListAsync(annotator));
        Assert.Equal(
            [true, true], members.Candidates!.Where(person => person.UserId == leadId || person.UserId == annotatorId).Select(person => person.IsMember));

        await members.SetMemberAsync(project.Id, annotatorId, isMember: false);
        Assert.Empty(await ListAsync(annotator));
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    private static async Task<List<ProjectAnswer>> ListAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<List<ProjectAnswer>>("/api/v1/projects", TestContext.Current.CancellationToken))!;
}
