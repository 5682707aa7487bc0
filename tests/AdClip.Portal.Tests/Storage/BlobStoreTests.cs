using System.Security.Cryptography;
using AdClip.Portal.Storage;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Tests.Storage;

public sealed class BlobStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("adclip-blobs-").FullName;
    private readonly DataFolder _folder;
    private readonly BlobStore _store;

    public BlobStoreTests()
    {
        _folder = new DataFolder(Options.Create(new StorageOptions { DataFolder = _root }));
        _store = new BlobStore(_folder);
    }

    [Fact]
    public async Task Put_Bytes_AreNamedByTheirHashAndReadBack()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);

        var name = await _store.PutAsync(bytes, TestContext.Current.CancellationToken);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), name);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_store.PathOf(name), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Put_TheSameBytesTwice_IsOneFile()
    {
        var first = await _store.PutAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        var second = await _store.PutAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);

        Assert.Equal(first, second);
        Assert.Single(BlobFiles());
    }

    [Fact]
    public async Task Dispose_WithoutCommit_LeavesNothing()
    {
        await using (var incoming = _store.Begin())
        {
            await incoming.WriteAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        }

        Assert.Empty(Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Sweep_AfterAKilledServer_RemovesHalvesAndKeepsBlobs()
    {
        var kept = await _store.PutAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(_folder.Incoming, "half"), [9, 9], TestContext.Current.CancellationToken);

        _store.SweepIncoming();

        Assert.Empty(Directory.EnumerateFiles(_folder.Incoming));
        Assert.True(_store.Exists(kept));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("")]
    public void PathOf_AnythingButAHash_IsRefused(string name) => Assert.Throws<ArgumentException>(() => _store.PathOf(name));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private IEnumerable<string> BlobFiles() => Directory.EnumerateFiles(_folder.Blobs, "*", SearchOption.AllDirectories);
}
