using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Tests.Generation;

public class RngTests
{
    [Fact]
    public void Next_SameSeed_SameNumbers()
    {
        var (a, b, other) = (new Rng(7), new Rng(7), new Rng(8));

        var numbers = Enumerable.Range(0, 50).Select(_ => a.Next()).ToArray();

        Assert.Equal(numbers, Enumerable.Range(0, 50).Select(_ => b.Next()));
        Assert.NotEqual(numbers, Enumerable.Range(0, 50).Select(_ => other.Next()));
    }

    [Fact]
    public void Fork_AfterDraws_GivesTheSameStream()
    {
        var (fresh, used) = (new Rng(3), new Rng(3));
        used.Normal();
        used.Below(10);

        Assert.Equal(fresh.Fork(5).Next(), used.Fork(5).Next());
        Assert.NotEqual(fresh.Fork(5).Next(), fresh.Fork(6).Next());
    }

    [Fact]
    public void Draws_OfEachShape_FollowTheirLaws()
    {
        var rng = new Rng(1);
        const int Count = 20_000;

        var normals = Enumerable.Range(0, Count).Select(_ => (double)rng.Normal()).ToArray();
        var logs = Enumerable.Range(0, Count).Select(_ => rng.LogRange(1, 100)).ToArray();
        var weighted = Enumerable.Range(0, Count).Count(_ => rng.PickWeighted([1, 0, 3]) == 2);

        Assert.InRange(normals.Average(), -0.03, 0.03);
        Assert.InRange(normals.Average(value => value * value), 0.95, 1.05);
        Assert.InRange(logs.Count(value => value < 10), (int)(0.48 * Count), (int)(0.52 * Count));
        Assert.All(logs, value => Assert.InRange(value, 1, 100.01f));
        Assert.InRange(weighted, (int)(0.73 * Count), (int)(0.77 * Count));
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 1000).Select(_ => rng.Below(4)).Distinct().Order());
    }
}
