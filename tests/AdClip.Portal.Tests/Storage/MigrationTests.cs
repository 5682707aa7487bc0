using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AdClip.Portal.Tests.Storage;

public sealed class MigrationTests : IAsyncDisposable
{
    private readonly PortalHost _portal = new();

    [Fact]
    public async Task Model_AgainstMigrations_HasNoPendingChange()
    {
        await using var db = await _portal.DbAsync();
        // When this fails: dotnet ef migrations add NAME --project src/AdClip.Portal --output-dir Storage/Migrations
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Times_StoredAndReadBack_KeepInstantAndOrder()
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        var first = await PortalHost.NewProjectAsync(lead, "First");
        var second = await PortalHost.NewProjectAsync(lead, "Second");

        await using var db = await _portal.DbAsync();
        var stored = await db.Set<Project>().OrderByDescending(project => project.CreatedAt).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([second.Id, first.Id], stored.Select(project => project.Id));
        Assert.Equal(first.CreatedAt, stored[1].CreatedAt);
    }

    [Fact]
    public async Task Migrate_FromTheInitialTables_KeepsEveryValueOfAModel()
    {
        var cancel = TestContext.Current.CancellationToken;
        var file = Path.Combine(Directory.CreateTempSubdirectory("adclip-migration-").FullName, "adclip.db");
        await using var db = new PortalDb(new DbContextOptionsBuilder<PortalDb>().UseSqlite($"Data Source={file};Pooling=False").Options);
        await db.GetService<IMigrator>().MigrateAsync("Initial", cancel);
        await db.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO Models (Id, Name, IsEmbedded, Sha256, Bytes, WeightsChangedAt, PatchSize, VisionLayers, VisionWidth, EmbedWidth,
                Parameters, RecommendedImageSize, Dpam, Layers, Origin, AddedAt)
            VALUES ('m', 'M', 0, 'abc', 1, 2, 14, 24, 1024, 768, 427616513, 518, 20, '6, 12', 'o', 3)
            """,
            cancel);

        await db.Database.MigrateAsync(cancel);

        var model = await db.Set<ModelRecord>().SingleAsync(cancel);
        Assert.Equal(
            ("clip", true, 14, 24, 1024, 768, 427616513L),
            (model.Kind, model.HasWords, model.PixelsPerToken, model.EncoderLayers, model.StreamWidth, model.TokenWidth, model.Parameters));
        await db.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task Start_AfterAKillDuringMigration_DoesNotWaitForTheDeadLock()
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("adclip-lock-");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "db"));
        await using (var file = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "db", "adclip.db")};Pooling=False"))
        {
            await file.OpenAsync(cancel);
            await using var command = file.CreateCommand();
            command.CommandText = "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER PRIMARY KEY, "
                + "\"Timestamp\" TEXT); INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')";
            await command.ExecuteNonQueryAsync(cancel);
        }

        await using (var portal = new PortalHost(folder.FullName))
        {
            using var client = await Task.Run(() => portal.CreateClient(), cancel).WaitAsync(TimeSpan.FromMinutes(1), cancel);
            Assert.Equal("ready", await client.GetStringAsync("/health/ready", cancel));
        }
        folder.Delete(recursive: true);
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();
}
