using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.RegularExpressions;
using AdClip.Portal.Features.Accounts;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests;

/// <summary>The real portal in this process: real SQLite, real files, in a folder of its own that disappears afterwards.</summary>
/// <param name="folder">A data folder that the caller keeps, to start the portal again on what is in it.</param>
/// <param name="configure">Adds services, such as a kind of job that a test controls.</param>
/// <param name="settings">Further settings, as "Name:Part" and value.</param>
public sealed partial class PortalHost(
    string? folder = null, Action<IServiceCollection>? configure = null, IReadOnlyDictionary<string, string>? settings = null)
    : WebApplicationFactory<Program>
{
    public const string AdminPassword = "first-password";
    private readonly string _folder = folder ?? Directory.CreateTempSubdirectory("adclip-test-").FullName;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Storage:DataFolder", _folder);
        builder.UseSetting("Accounts:FirstPassword", AdminPassword);
        builder.UseSetting("Samples:Enabled", "false");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            builder.UseSetting(name, value);
        }
        builder.ConfigureServices(services => configure?.Invoke(services));
    }

    /// <summary>Signed in by an API key of a new user with this role; <paramref name="culture"/> is its language.</summary>
    public async Task<HttpClient> ClientAsync(string role, string culture = "en")
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        client.DefaultRequestHeaders.Add(RequireAntiforgery.ApiKeyHeader, await NewKeyAsync(role));
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(culture);
        return client;
    }

    /// <summary>Signed in as the first administrator with the form and its cookie, as a browser does.</summary>
    public async Task<HttpClient> BrowserAsync()
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true });
        using var answer = await SignInAsync(client, PortalUrls.SignInRoute);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    /// <summary>Fills the sign-in form at this address in as the first administrator; <paramref name="client"/> keeps the cookie.</summary>
    public static async Task<HttpResponseMessage> SignInAsync(HttpClient client, string address)
    {
        var page = await client.GetStringAsync(address, TestContext.Current.CancellationToken);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = FormToken().Match(page).Groups[1].Value,
            ["Form.UserName"] = "admin",
            ["Form.Password"] = AdminPassword,
        });
        return await client.PostAsync(address, form, TestContext.Current.CancellationToken);
    }

    /// <summary>The antiforgery header's value, read from a page as the browser's script does.</summary>
    public static async Task<string> AntiforgeryTokenAsync(HttpClient browser) =>
        MetaToken().Match(await browser.GetStringAsync("/", TestContext.Current.CancellationToken)).Groups[1].Value;

    public static async Task<ProjectAnswer> NewProjectAsync(HttpClient client, string name = "Plates")
    {
        var answer = await client.PostAsJsonAsync("/api/v1/projects", new NewProject(name), TestContext.Current.CancellationToken);
        if (answer.StatusCode == System.Net.HttpStatusCode.Conflict)
        {
            // A second project of the test takes the name that the portal proposes.
            var taken = await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(TestContext.Current.CancellationToken);
            return await NewProjectAsync(client, taken.GetProperty("suggestion").GetString()!);
        }
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<ProjectAnswer>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>A new context on the portal's database; dispose it.</summary>
    public Task<PortalDb> DbAsync() => Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    /// <summary>The first administrator's id.</summary>
    public async Task<Guid> AdminIdAsync()
    {
        await using var db = await DbAsync();
        return await db.Users.Where(user => user.UserName == "admin").Select(user => user.Id).SingleAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The first administrator as pages and their states see a person.</summary>
    public async Task<ClaimsPrincipal> AdminAsync() =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, (await AdminIdAsync()).ToString()), new Claim(ClaimTypes.Role, Roles.Admin)], "test"));

    private async Task<string> NewKeyAsync(string role)
    {
        var users = Services.GetRequiredService<UsersState>();
        var name = $"{role}-{Guid.NewGuid():N}";
        Assert.Null(await users.CreateAsync(name, name, role, "a-long-password"));
        return await Services.GetRequiredService<AccountState>().CreateKeyAsync(users.Users!.Single(user => user.UserName == name).Id, "test");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (folder is null)
        {
            Directory.Delete(_folder, recursive: true);
        }
        GC.SuppressFinalize(this);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("name=\"antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex MetaToken();
}
