using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection.Tiles;

public sealed class TiledInspectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-tiled").FullName;
    private readonly DetectionModel _detector = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _detector.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Inspect_PitOfTwelvePixels_IsTheMapsMaximum()
    {
        var pit = new CastSurface.Pit(1234, 777, 12);
        var image = Surface("defect.png", 2000, 1500, seed: 5000, pit);
        var tiles = new TiledInspection(_detector, new TileSettings(224), parallelism: 2);
        CorePatches[] good =
            [.. Enumerable.Range(1, 3).Select(i => tiles.Reference(Surface($"good{i}.png", 448, 448, (uint)i * 100), $"{i}", 1000, cancel: Cancel))];
        var scorer = _detector.CreateTiledScorer(new PromptSettings(), good);

        var detection = tiles.Inspect(image, "defect", scorer, cancel: Cancel);

        var map = detection.Map;
        Assert.Equal(4.0 / 3, (double)map.Width / map.Height, 0.01);
        var peak = Array.IndexOf(map.Values, map.Values.Max());
        var (x, y) = (((peak % map.Width) + 0.5) * 2000 / map.Width, ((peak / map.Width) + 0.5) * 1500 / map.Height);
        // A patch of 224 / 14 pixels is the finest that the model tells apart.
        Assert.InRange(x, pit.Left - 16, pit.Left + 12 + 16);
        Assert.InRange(y, pit.Top - 16, pit.Top + 12 + 16);
        var elsewhere = map.Values.Where((_, i) => Math.Abs((((i % map.Width) + 0.5) * 2000 / map.Width) - 1240) > 120
            || Math.Abs((((i / map.Width) + 0.5) * 1500 / map.Height) - 783) > 120).Max();
        Assert.True(map.Values[peak] > 1.5 * elsewhere, $"{map.Values[peak]} at the pit, {elsewhere} elsewhere");
    }

    [Fact]
    public void Inspect_ImageNoLargerThanATile_BitsOfTheUntiledScore()
    {
        var (image, good) = (Surface("a.png", 240, 200, seed: 7), Surface("b.png", 240, 200, seed: 8));
        var tiles = new TiledInspection(_detector, new TileSettings(300), parallelism: 1);

        var tiled = tiles.Inspect(
            image, "a", _detector.CreateTiledScorer(new PromptSettings(), [tiles.Reference(good, "b", 1000, cancel: Cancel)]), cancel: Cancel);
        var whole = _detector.CreateScorer(new PromptSettings(), [new Reference("b", _detector.EncodeFile(good))]).Score(_detector.EncodeFile(image), "a");

        Assert.Equal(whole.Score, tiled.Score);
        Assert.Equal(whole.Map.Values, tiled.Map.Values);
        Assert.Equal((whole.Map.Width, whole.Map.Height), (tiled.Map.Width, tiled.Map.Height));
    }

    [Fact]
    public void Inspect_AnyParallelismAndCachedTokens_SameBits()
    {
        var image = Surface("a.png", 500, 300, seed: 9);
        Dictionary<string, ImageTokens> kept = [];
        var cache = new TileTokens(
            (sha256, tile) =>
            {
                lock (kept)
                {
                    return kept.GetValueOrDefault(sha256 + tile.Key);
                }
            },
            (sha256, tile, tokens) =>
            {
                lock (kept)
                {
                    kept.Add(sha256 + tile.Key, tokens);
                }
            });
        Vision.Detection.Detection Look(int parallelism, TileTokens? tokens)
        {
            var tiles = new TiledInspection(_detector, new TileSettings(224), parallelism, cache: tokens);
            // Few are kept of each good image, so that thinning is part of the comparison.
            CorePatches[] good =
                [tiles.Reference(image, "a", 40, cancel: Cancel), tiles.Reference(Surface("b.png", 448, 300, seed: 10), "b", 40, cancel: Cancel)];
            Assert.All(good, reference => Assert.All(reference.Layers.Values, rows => Assert.Equal(40, rows.Length / reference.Width)));
            return tiles.Inspect(image, "a", _detector.CreateTiledScorer(new PromptSettings(), good), cancel: Cancel);
        }

        var (alone, together, filling) = (Look(1, null), Look(3, null), Look(2, cache));
        var encoded = kept.Count;
        var cached = Look(2, cache);

        Assert.True(encoded > 0);
        Assert.Equal(encoded, kept.Count);
        foreach (var other in (Vision.Detection.Detection[])[together, filling, cached])
        {
            Assert.Equal(alone.Score, other.Score);
            Assert.Equal(alone.Map.Values, other.Map.Values);
        }
    }

    [Fact]
    public void Inspect_ImageAmongItsReferences_NotComparedWithItself()
    {
        var (image, other) = (Surface("a.png", 448, 448, seed: 11), Surface("b.png", 448, 448, seed: 12));
        var tiles = new TiledInspection(_detector, new TileSettings(224), parallelism: 2);
        var (own, strange) = (tiles.Reference(image, "a", 500, cancel: Cancel), tiles.Reference(other, "b", 500, cancel: Cancel));

        var withItself = tiles.Inspect(image, "a", _detector.CreateTiledScorer(new PromptSettings(), [own, strange]), cancel: Cancel);
        var without = tiles.Inspect(image, "a", _detector.CreateTiledScorer(new PromptSettings(), [strange]), cancel: Cancel);
        var alone = tiles.Inspect(image, "a", _detector.CreateTiledScorer(new PromptSettings(), [own]), cancel: Cancel);

        Assert.Equal(without.Score, withItself.Score);
        Assert.Equal(without.Map.Values, withItself.Map.Values);
        Assert.Null(alone.FewShotScore);
    }

    [Fact]
    public void Inspect_Regions_DefectOutsideHasNoSay()
    {
        var pit = new CastSurface.Pit(100, 100, 20);
        var image = Surface("a.png", 600, 400, seed: 14, pit);
        var whole = Surface("b.png", 600, 400, seed: 14);
        var regions = new InspectionRegions
        {
            Width = 300,
            Height = 200,
            Regions = [new InspectionRegion(RegionUse.Include, new BoxShape { Id = "right", ClassName = "", Box = new ImageRectangle(140, 20, 150, 160) })],
        };
        var tiles = new TiledInspection(_detector, new TileSettings(200), parallelism: 2);
        CorePatches[] good = [tiles.Reference(Surface("good.png", 600, 400, seed: 15), "good", 500, regions, cancel: Cancel)];
        var scorer = _detector.CreateTiledScorer(new PromptSettings(), good, regions);

        var (defective, sound) = (tiles.Inspect(image, "a", scorer, cancel: Cancel), tiles.Inspect(whole, "b", scorer, cancel: Cancel));

        Assert.Equal(sound.Score, defective.Score, 0.02f);
        for (var i = 0; i < defective.Map.Values.Length; i++)
        {
            var (x, y) = (((i % defective.Map.Width) + 0.5) * 300 / defective.Map.Width, ((i / defective.Map.Width) + 0.5) * 200 / defective.Map.Height);
            var isInside = x > 142 && x < 288 && y > 22 && y < 178;
            var isOutside = x < 138 || x > 292 || y < 18 || y > 182;
            Assert.True(isInside ? defective.Map.Values[i] > 0 : !isOutside || defective.Map.Values[i] == 0, $"{defective.Map.Values[i]} at ({x}, {y})");
        }
    }

    [Fact]
    public void Inspect_Cancelled_StopsBetweenTiles()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var image = Surface("a.png", 1000, 1000, seed: 13);
        var tiles = new TiledInspection(_detector, new TileSettings(112), parallelism: 1);
        var done = 0;

        Assert.ThrowsAny<OperationCanceledException>(() => tiles.Inspect(
            image, null, _detector.CreateTiledScorer(new PromptSettings(), []), (count, _) =>
            {
                done = count;
                stop.Cancel();
            }, stop.Token));

        Assert.InRange(done, 1, 3);
    }

    private string Surface(string name, int width, int height, uint seed, CastSurface.Pit? pit = null)
    {
        var path = Path.Combine(_folder, name);
        CastSurface.Write(path, width, height, seed, pit);
        return path;
    }
}
