using System.Data.Common;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Models;

public sealed class ModelCatalogTests
{
    private const string Weights = "model.safetensors";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string Embedded = Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini");

    [Fact]
    public async Task Get_WeightsAsDescribed_OneQueryWritesNothingAndOpensNoFile()
    {
        var commands = new CommandLog();
        await using var host = Host(commands);
        var (catalog, folder) = await WithModelAsync(host);
        // Whoever opened the weights now would find that they are none; their length and time are as before.
        var weights = new FileInfo(Path.Combine(folder, Weights));
        var (length, time) = (weights.Length, weights.LastWriteTimeUtc);
        await File.WriteAllBytesAsync(weights.FullName, new byte[length], Cancel);
        File.SetLastWriteTimeUtc(weights.FullName, time);
        commands.Texts.Clear();

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("plates", (await catalog.GetAsync("plates", Cancel)).Id);
        }

        Assert.Equal(5, commands.Texts.Count);
        Assert.All(commands.Texts, text => Assert.StartsWith("SELECT", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_WeightsExchanged_AreDescribedAnewOnce()
    {
        var commands = new CommandLog();
        await using var host = Host(commands);
        var (catalog, folder) = await WithModelAsync(host);
        var before = await catalog.GetAsync("plates", Cancel);

        var path = Path.Combine(folder, Weights);
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[^4] ^= 1; // the last number of the last tensor, by its smallest step
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        File.SetLastWriteTimeUtc(path, before.WeightsChangedAt.UtcDateTime.AddSeconds(1));

        var after = await catalog.GetAsync("plates", Cancel);
        Assert.NotEqual(before.Sha256, after.Sha256);
        Assert.Equal(before.AddedAt, after.AddedAt);
        commands.Texts.Clear();
        Assert.Equal(after.Sha256, (await catalog.GetAsync("plates", Cancel)).Sha256);
        Assert.Single(commands.Texts);
    }

    [Fact]
    public async Task Get_WeightsSpoiltOrGone_NoSuchModel()
    {
        await using var host = Host(new CommandLog());
        var (catalog, folder) = await WithModelAsync(host);

        await File.WriteAllBytesAsync(Path.Combine(folder, Weights), [1, 2, 3], Cancel);
        Assert.Equal(RefusalCode.ModelUnknown, (await Assert.ThrowsAsync<RefusedInputException>(() => catalog.GetAsync("plates", Cancel))).Code);

        // What was refused is looked at again as soon as its files change.
        File.Copy(Path.Combine(Embedded, Weights), Path.Combine(folder, Weights), overwrite: true);
        Assert.Equal("plates", (await catalog.GetAsync("plates", Cancel)).Id);

        Directory.Delete(folder, recursive: true);
        Assert.Equal(RefusalCode.ModelUnknown, (await Assert.ThrowsAsync<RefusedInputException>(() => catalog.GetAsync("plates", Cancel))).Code);
    }

    [Fact]
    public async Task Default_ModelsAsDescribed_WritesNothing()
    {
        var commands = new CommandLog();
        await using var host = Host(commands);
        var (catalog, folder) = await WithModelAsync(host);
        var project = await PortalHost.NewProjectAsync(await host.ClientAsync(Portal.Shell.Access.Roles.QaLead));
        await catalog.SetDefaultAsync(project.Id, "plates", Cancel);
        commands.Texts.Clear();

        Assert.Equal("plates", (await catalog.DefaultAsync(project.Id, Cancel)).Id);
        Assert.Equal("adclip-mini", (await catalog.DefaultAsync(Guid.NewGuid(), Cancel)).Id);
        Assert.All(commands.Texts, text => Assert.StartsWith("SELECT", text, StringComparison.Ordinal));

        Directory.Delete(folder, recursive: true);
        Assert.Equal("adclip-mini", (await catalog.DefaultAsync(project.Id, Cancel)).Id);
    }

    private static PortalHost Host(CommandLog commands) =>
        new(configure: services => services.ConfigureDbContext<PortalDb>(options => options.AddInterceptors(commands)));

    /// <summary>The catalog, which knows a copy of the embedded model in the data folder.</summary>
    private static async Task<(ModelCatalog Catalog, string Folder)> WithModelAsync(PortalHost host)
    {
        var folder = Directory.CreateDirectory(Path.Combine(host.Services.GetRequiredService<DataFolder>().Models, "plates")).FullName;
        foreach (var name in new[] { Weights, "config.json", "vocab.json", "merges.txt" })
        {
            File.Copy(Path.Combine(Embedded, name), Path.Combine(folder, name));
        }
        var catalog = host.Services.GetRequiredService<ModelCatalog>();
        await catalog.GetAsync("plates", Cancel);
        return (catalog, folder);
    }

    /// <summary>The commands that reach the database about models; others work in the portal at the same time.</summary>
    private sealed class CommandLog : DbCommandInterceptor
    {
        public List<string> Texts { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Note(command);
            return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Note(command);
            return base.NonQueryExecutingAsync(command, eventData, result, cancellationToken);
        }

        private void Note(DbCommand command)
        {
            lock (Texts)
            {
                if (command.CommandText.Contains("\"Models\"", StringComparison.Ordinal))
                {
                    Texts.Add(command.CommandText);
                }
            }
        }
    }
}
