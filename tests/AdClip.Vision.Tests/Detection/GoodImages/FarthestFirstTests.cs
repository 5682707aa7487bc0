using AdClip.Vision.Detection.GoodImages;

namespace AdClip.Vision.Tests.Detection.GoodImages;

public sealed class FarthestFirstTests
{
    private const int Width = FarthestFirst.ProjectedWidth;

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(300, 40, 0)]
    [InlineData(2000, 300, 0)]
    [InlineData(1000, 200, 8)]
    public void Choose_RandomRows_AsThePlainSearch(int count, int keep, int clusters)
    {
        var rows = Rows(count, clusters);

        var chosen = FarthestFirst.Choose(rows, keep, TestContext.Current.CancellationToken);

        Assert.Equal(Slow(rows, keep), chosen);
    }

    [Fact]
    public void Choose_NoMoreThanWanted_AllOfThem()
        => Assert.Equal([0, 1, 2], FarthestFirst.Choose(Rows(3, 0), 3, TestContext.Current.CancellationToken));

    [Fact]
    public void Choose_EqualRows_NoneTwice()
    {
        float[] rows = [.. Enumerable.Repeat(Rows(1, 0), 10).SelectMany(row => row)];

        Assert.Equal(4, FarthestFirst.Choose(rows, 4, TestContext.Current.CancellationToken).Distinct().Count());
    }

    [Fact]
    public void Choose_Cancelled_Stops()
        => Assert.Throws<OperationCanceledException>(() => FarthestFirst.Choose(Rows(10, 0), 5, new CancellationToken(true)));

    [Fact]
    public void Projection_Distances_AreKeptOnAverage()
    {
        const int Wide = 384;
        var projection = new GoodSubspace(new float[Wide], FarthestFirst.Projection(Wide), 1);
        var rows = GoodSubspaceTests.Rows(200, Wide, 9);
        var projected = projection.Apply(rows);

        var ratio = Enumerable.Range(1, 199).Average(i => Squared(projected, i, 0, Width) / Squared(rows, i, 0, Wide));

        Assert.InRange(ratio, 0.85, 1.15);
    }

    [Fact]
    public void Buffer_FewRows_AreKeptAsTheyAre()
    {
        var buffer = new PatchBuffer(8, 10, TestContext.Current.CancellationToken);
        Half[] first = [.. GoodSubspaceTests.Rows(4, 8, 1).Select(value => (Half)value)];
        Half[] second = [.. GoodSubspaceTests.Rows(3, 8, 2).Select(value => (Half)value)];

        buffer.Add(0, first);
        buffer.Add(1, second);
        var (rows, owners) = buffer.Finish();

        Assert.Equal([.. first.Select(value => (float)value), .. second.Select(value => (float)value)], rows);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], owners);
    }

    [Fact]
    public void Buffer_ManyTimesItsSize_KeepsTheRarePatch()
    {
        const int Keep = 20;
        var buffer = new PatchBuffer(16, Keep, TestContext.Current.CancellationToken, mostValues: 16 * 100);
        for (var image = 0; image < 10; image++)
        {
            var rows = GoodSubspaceTests.Rows(90, 16, image).Select(value => (Half)(value * 0.1f)).ToArray();
            if (image == 3)
            {
                rows.AsSpan(16 * 50, 16).Fill((Half)5);
            }
            buffer.Add(image, rows);
        }

        var (kept, owners) = buffer.Finish();

        Assert.Equal(Keep, owners.Count);
        Assert.Equal(owners.Order(), owners);
        var rare = Enumerable.Range(0, Keep).Where(row => kept[row * 16] == 5).ToArray();
        Assert.Equal(3, owners[Assert.Single(rare)]);
    }

    private static float[] Rows(int count, int clusters)
    {
        var random = new Random(count);
        var centres = GoodSubspaceTests.Rows(Math.Max(1, clusters), Width, 3);
        return [.. Enumerable.Range(0, count).SelectMany(row => Enumerable.Range(0, Width).Select(
            i => (float)(random.NextDouble() * (clusters > 0 ? 0.05 : 1)) + (clusters > 0 ? centres[(row % clusters * Width) + i] : 0)))];
    }

    private static int[] Slow(float[] rows, int keep)
    {
        List<int> chosen = [0];
        double[] nearest = [.. Enumerable.Range(0, rows.Length / Width).Select(row => Squared(rows, row, 0, Width))];
        while (chosen.Count < keep)
        {
            var next = nearest.Index().MaxBy(row => row.Item).Index;
            chosen.Add(next);
            nearest = [.. nearest.Select((distance, row) => Math.Min(distance, Squared(rows, row, next, Width)))];
        }
        return [.. chosen.Order()];
    }

    private static double Squared(float[] rows, int one, int other, int width)
    {
        var sum = 0.0;
        for (var i = 0; i < width; i++)
        {
            var difference = (double)rows[(one * width) + i] - rows[(other * width) + i];
            sum += difference * difference;
        }
        return sum;
    }
}
