using System.Diagnostics.Metrics;
using AdClip.Portal.Storage;
using AdClip.Vision.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Tests.Storage;

public sealed class TokenCacheTests : IDisposable
{
    private const string Encoder = "v2-test";
    private const int Values = 32 * 1024;
    private readonly string _root = Directory.CreateTempSubdirectory("adclip-tokens-").FullName;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public void Find_DamagedForeignOrExchangedFile_IsAMissAndDeleted()
    {
        using var cache = Open(mebibytes: 8);
        cache.Keep(Tokens(1), Key(1));
        cache.Keep(Tokens(2), Key(2));
        var path = FileOf(Key(1));
        var whole = File.ReadAllBytes(path);
        List<byte[]> damages = [[], new byte[100], whole[..^1], [.. whole, 0], File.ReadAllBytes(FileOf(Key(2)))];
        // Every byte of the head, and of the values one in many.
        foreach (var at in Enumerable.Range(0, 200).Concat(Enumerable.Range(0, whole.Length / 997).Select(i => i * 997)).Append(whole.Length - 1))
        {
            damages.Add([.. whole]);
            damages[^1][at] ^= 1;
        }

        foreach (var damage in damages)
        {
            File.WriteAllBytes(path, damage);
            Assert.Null(cache.Find(Encoder, Key(1)));
            Assert.False(File.Exists(path));
        }

        cache.Keep(Tokens(1), Key(1));
        Assert.Equal(Tokens(1).ClassToken, cache.Find(Encoder, Key(1))!.ClassToken);
        Assert.Null(cache.Find("v3-test", Key(1)));
        Assert.Equal(1, cache.State().Hits);
        Assert.Equal(damages.Count + 1, cache.State().Misses);
    }

    [Fact]
    public async Task Keep_ManyWritersAndRestarts_StaysWithinTheBound()
    {
        const int Mebibytes = 1;
        for (var start = 0; start < 3; start++)
        {
            using var cache = Open(Mebibytes);
            var watched = 0L;
            await Parallel.ForAsync(0, 60, TestContext.Current.CancellationToken, (i, _) =>
            {
                var number = (start * 60) + i;
                cache.Keep(Tokens(number), Key(number));
                InterlockedMax(ref watched, BytesOnDisk());
                Assert.True(cache.Find(Encoder, Key(number)) is null or { Width: Values });
                return ValueTask.CompletedTask;
            });
            Assert.True(watched <= Mebibytes << 20, $"{watched} bytes");
            Assert.True(watched > 1 << 19);
        }
        using var last = Open(Mebibytes);
        Assert.Equal(BytesOnDisk(), last.State().Bytes);
        last.Clear();
        Assert.Equal((0, 0), (BytesOnDisk(), last.State().Bytes));
    }

    [Fact]
    public void Keep_Full_DeletesWhatWasNotUsedForLongest()
    {
        using var cache = Open(mebibytes: 1);
        for (var i = 0; i < 4; i++)
        {
            cache.Keep(Tokens(i), Key(i));
            File.SetLastWriteTimeUtc(FileOf(Key(i)), new DateTime(2020, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        for (var i = 4; i < 8; i++)
        {
            // Old by its writing, but used between any two others.
            File.SetLastWriteTimeUtc(FileOf(Key(0)), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            Assert.NotNull(cache.Find(Encoder, Key(0)));
            cache.Keep(Tokens(i), Key(i));
        }

        Assert.True(cache.Holds(Encoder, Key(0)));
        Assert.True(cache.Holds(Encoder, Key(7)));
        Assert.False(cache.Holds(Encoder, Key(1)));
    }

    [Fact]
    public async Task Find_FolderDeletedUnderLoad_MissesAndGoesOn()
    {
        using var cache = Open(mebibytes: 4);
        using var stop = new CancellationTokenSource();
        var deleting = Task.Run(
            () =>
            {
                for (var round = 0; round < 40; round++)
                {
                    try
                    {
                        Directory.Delete(Path.Combine(_root, "run", "cache", "tokens"), recursive: true);
                    }
                    catch (IOException)
                    {
                        // A file came while the folder was being emptied.
                    }
                }
            },
            TestContext.Current.CancellationToken);

        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (i, _) =>
        {
            var number = i % 10;
            if (cache.Find(Encoder, Key(number)) is { } found)
            {
                Assert.Equal(Tokens(number).ClassToken[..8], found.ClassToken[..8]);
            }
            else
            {
                cache.Keep(Tokens(number), Key(number));
            }
            return ValueTask.CompletedTask;
        });
        await deleting;

        cache.Keep(Tokens(1), Key(1));
        Assert.NotNull(cache.Find(Encoder, Key(1)));
    }

    [Fact]
    public void Keep_DiskThatRefuses_CostsNothingElse()
    {
        using var cache = Open(mebibytes: 4);
        File.WriteAllText(Path.Combine(_root, "run", "cache", "tokens"), "a file where the folder should be");

        cache.Keep(Tokens(1), Key(1));

        Assert.Null(cache.Find(Encoder, Key(1)));
        Assert.Equal(0, cache.State().Bytes);
    }

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private TokenCache Open(int mebibytes)
    {
        var options = Options.Create(new StorageOptions { DataFolder = _root, TokenCacheMebibytes = mebibytes });
        return new TokenCache(new DataFolder(options), options, TimeProvider.System, _services.GetRequiredService<IMeterFactory>());
    }

    private static ImageTokens Tokens(int number)
        => new(Encoder, 1, Values, [.. Enumerable.Range(0, Values).Select(i => (float)((i + number) % 1000))], [new LayerTokens(1, new float[2 * Values])]);

    private static string Key(int number) => number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);

    private string FileOf(string key)
        => Directory.GetFiles(Path.Combine(_root, "run", "cache", "tokens"), key + ".tokens", SearchOption.AllDirectories).Single();

    private long BytesOnDisk()
    {
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(Path.Combine(_root, "run", "cache", "tokens")).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Evicted or renamed meanwhile.
            }
        }
        return bytes;
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); value > seen; seen = Interlocked.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
