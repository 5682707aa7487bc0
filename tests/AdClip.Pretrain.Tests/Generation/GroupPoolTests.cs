using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Tests.Generation;

public class GroupPoolTests
{
    [Fact]
    public void Take_Deterministic_GivesOneSequenceForAnyNumberOfThreads()
    {
        ulong[] Sequence(int threads)
        {
            using var pool = new GroupPool(
                new GroupPoolSettings { Side = 32, Capacity = 6, Threads = threads, Seed = 70, Deterministic = true, Least = 3, Fresh = 0.5f });
            return [.. Enumerable.Range(0, 40).Select(_ => pool.Take().Seed)];
        }

        var alone = Sequence(1);

        Assert.Equal(alone, Sequence(3));
        Assert.All(alone[..2], seed => Assert.InRange(seed, 70ul, 72ul));
        // Old groups go: 3 at the start and one for every two taken, six at a time.
        Assert.All(alone[^2..], seed => Assert.InRange(seed, 86ul, 92ul));
    }

    [Fact]
    public void Take_Free_WaitsForTheLeastOnlyAndGoesOn()
    {
        using var pool = new GroupPool(new GroupPoolSettings { Side = 32, Capacity = 4, Threads = 2, Least = 2 });

        var seeds = Enumerable.Range(0, 30).Select(_ => pool.Take().Seed).ToHashSet();

        Assert.True(pool.Made >= 2);
        Assert.NotEmpty(seeds);
    }

    [Fact]
    public void Capacity_BoundByMemory_IsSmaller()
    {
        using var pool = new GroupPool(new GroupPoolSettings { Side = 64, Capacity = 1000, MostBytes = 10 * 6 * 64 * 64 * 4, Threads = 1 });

        Assert.Equal(10, pool.Capacity);
    }
}
