using System.Net;
using System.Net.Sockets;

namespace AdClip.EndToEnd.Tests;

/// <summary>The real process, when it cannot start: sentences, exit code 1, no stack trace.</summary>
public sealed class StartFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WrongSettings_AreAllListed()
    {
        var output = await RefusedAsync(
            "--Jobs:Concurrent=0", "--Images:MaxMegapixels=0", "--Images:ThumbnailSide=1",
            "--Models:HubUrl=ftp://x/", "--Runs:MaxReferences=0", "--Storage:TokenCacheMebibytes=-1");
        foreach (var setting in new[]
        {
            "Jobs:Concurrent", "Images:MaxMegapixels", "Images:ThumbnailSide", "Models:HubUrl", "Runs:MaxReferences", "Storage:TokenCacheMebibytes",
        })
        {
            Assert.Contains($"AdClip Portal did not start: {setting} ", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_SettingIsNoNumber_IsNamed() =>
        Assert.Contains("'Jobs:Concurrent'", await RefusedAsync("--Jobs:Concurrent=many"), StringComparison.Ordinal);

    [Fact]
    public async Task Start_DataFolderCannotBeWritten_IsNamed()
    {
        var output = await RefusedAsync("--Storage:DataFolder=/proc/adclip");
        Assert.Contains("The data folder cannot be used: /proc/adclip/blobs ", output, StringComparison.Ordinal);
        Assert.Contains("Storage:DataFolder", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BlobFolderIsAFile_IsNamed()
    {
        await using var portal = new PortalProcess();
        await File.WriteAllTextAsync(Path.Combine(portal.DataFolder, "blobs"), "", Cancel);
        Assert.Contains(Path.Combine(portal.DataFolder, "blobs"), await RefusedAsync(portal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DatabaseIsSomethingElse_IsSaid()
    {
        await using var portal = new PortalProcess();
        Directory.CreateDirectory(Path.Combine(portal.DataFolder, "db"));
        await File.WriteAllTextAsync(Path.Combine(portal.DataFolder, "db", "adclip.db"), new string('x', 8192), Cancel);
        Assert.Contains("The database cannot be opened", await RefusedAsync(portal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortIsTaken_IsSaid()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        Assert.Contains($"127.0.0.1:{port}: address already in use", await RefusedAsync($"--urls=http://127.0.0.1:{port}"), StringComparison.Ordinal);
    }

    private static async Task<string> RefusedAsync(params IReadOnlyList<string> arguments)
    {
        await using var portal = new PortalProcess(arguments);
        return await RefusedAsync(portal);
    }

    private static async Task<string> RefusedAsync(PortalProcess portal)
    {
        var code = await portal.RunUntilExitAsync(Cancel);
        Assert.Equal(1, code);
        Assert.DoesNotContain("   at ", portal.Output, StringComparison.Ordinal);
        Assert.All(
            portal.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.StartsWith("AdClip Portal did not start: ", line, StringComparison.Ordinal));
        return portal.Output;
    }
}
