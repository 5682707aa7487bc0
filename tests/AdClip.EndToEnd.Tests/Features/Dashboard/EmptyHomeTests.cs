using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Dashboard;

/// <summary>The home page of a portal without a project; none of these tests leaves one.</summary>
public sealed class EmptyHomeTests(Chromium chromium, ClassPortal empty) : IClassFixture<ClassPortal>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drop_NothingThatIsAnImage_IsSaidAndLeavesNoProject()
    {
        using var folder = new TileFolder("notes", 0);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "read me.txt"), "no picture", Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "broken.png"), "no picture either", Cancel);
        using var client = await empty.Process.SignInAsync(Cancel);
        var page = await HomePage.OpenAsync(chromium, empty.Process);

        await HomePage.DropAsync(page, folder.Path);

        var card = page.Locator(".first-look[data-stage=nothing]");
        await card.WaitForAsync();
        await Assertions.Expect(card.Locator("li")).ToHaveCountAsync(2);
        await Assertions.Expect(card).ToContainTextAsync("broken.png");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.project-card').length === 0");
        Assert.Empty(await HomePage.ProjectsOfAsync(client, ""));
        await card.GetByText("Close").ClickAsync();
        await Assertions.Expect(page.Locator(".first-look")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Open_AsAnAnnotator_OffersNoDrop()
    {
        var admin = await chromium.SignedInAsync(empty.Process);
        await admin.GotoAsync("/");
        await admin.Locator(".home[data-uploads=ready]").WaitForAsync();
        await admin.GotoAsync("/admin/users");
        await admin.GetByRole(AriaRole.Button, new() { Name = "New user" }).First.ClickAsync();
        var dialog = admin.GetByRole(AriaRole.Dialog);
        await dialog.Locator("input").Nth(0).FillAsync("anna");
        await dialog.Locator("input").Nth(1).FillAsync("Anna");
        await dialog.Locator("input[type=password]").First.FillAsync("a-long-password");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await admin.GetByText("Anna").First.WaitForAsync();

        var page = await chromium.OpenAsync(empty.Process);
        await Chromium.FillSignInAsync(page, "anna", "a-long-password");
        await page.GetByText("A QA lead or an administrator creates the first one.").WaitForAsync();
        Assert.Equal(0, await page.Locator(".home-drop, [data-upload]").CountAsync());
    }
}
