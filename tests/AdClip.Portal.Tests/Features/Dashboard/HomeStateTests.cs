using AdClip.Portal.Features.Dashboard;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Dashboard;

public sealed class HomeStateTests : IAsyncDisposable
{
    private readonly PortalHost _portal = new();

    [Fact]
    public async Task PutAwayEmpty_AnyProject_TakesOnlyOnesOwnWithoutImages()
    {
        using var browser = await _portal.BrowserAsync();
        browser.DefaultRequestHeaders.Add("X-Antiforgery", await PortalHost.AntiforgeryTokenAsync(browser));
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        var own = await PortalHost.NewProjectAsync(browser, "Nothing in it");
        var filled = await PortalHost.NewProjectAsync(browser, "Plates");
        await SamplePlates.UploadAsync(browser, filled.Id, SamplePlates.Defective(1));
        var foreign = await PortalHost.NewProjectAsync(lead, "Somebody else's");
        var (state, admin) = (_portal.Services.GetRequiredService<HomeState>(), await _portal.AdminAsync());

        foreach (var project in new[] { own, filled, foreign })
        {
            await state.PutAwayEmptyAsync(project.Id, admin);
        }
        await state.LoadAsync(admin);
        Assert.Equal(["Plates", "Somebody else's"], state.Cards!.Select(card => card.Project.Name).Order(StringComparer.Ordinal));
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();
}
