using AdClip.Vision.Backbones;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Tests.Graphs;

public sealed class BatchSearchTests
{
    [Theory]
    [InlineData(64, 1000, 64)]
    [InlineData(64, 23, 16)]
    [InlineData(64, 1, 1)]
    [InlineData(64, 0, 0)]
    [InlineData(12, 1000, 8)]
    [InlineData(1, 1000, 1)]
    public void Find_DeviceOfSomeCapacity_LargestPowerOfTwoThatFits(int bound, int capacity, int expected)
    {
        var tried = new List<int>();

        var found = BatchSearch.Find(bound, batch =>
        {
            tried.Add(batch);
            return batch <= capacity;
        });

        Assert.Equal(expected, found);
        Assert.True(tried.Count(batch => batch > capacity) <= 1, "A second try beyond the capacity would risk what others hold.");
        Assert.All(tried, batch => Assert.InRange(batch, 1, bound));
    }

    [Fact]
    public void Bound_LargeActivations_AtLeastOne()
    {
        Assert.Equal(1, BatchSearch.Bound(long.MaxValue));
        Assert.Equal(64, BatchSearch.Bound(1));
        Assert.InRange(BatchSearch.Bound(SessionMemory.PerImage(1370, 1024, Precision.Float32)), 2, 64);
    }
}
