using AdClip.Pretrain.Generation;
using AdClip.Pretrain.Training;

namespace AdClip.Pretrain.Tests.Training;

public sealed class ViewTests
{
    private const int Side = 96;
    private const int Grid = 6;
    private const int Size = Grid * 16;

    [Fact]
    public void Cells_EveryTurnAndStretch_TheShareThatThePixelsShow()
    {
        var types = new byte[Side * Side];
        for (var y = 20; y < 60; y++)
        {
            types.AsSpan((y * Side) + 50, 30).Fill(3);
        }
        byte[] painted = [.. types.SelectMany(type => Enumerable.Repeat(type == 0 ? (byte)0 : (byte)255, 3))];
        var rng = new Rng(11);
        HashSet<(int, bool)> turns = [];
        for (var draw = 0; draw < 60; draw++)
        {
            var view = View.Draw(rng, Side, Size).Moved(rng, View.Looseness(rng), Side);
            turns.Add((view.Turns, view.IsMirrored));
            Assert.InRange(view.Left, 0, Side - view.Width);
            Assert.InRange(view.Top, 0, Side - view.Height);

            var pixels = view.Pixels(painted, Side, Size);
            var (share, type) = view.Cells(types, Side, Grid, 26);

            for (var cell = 0; cell < share.Length; cell++)
            {
                double shown = 0;
                for (var y = 0; y < 16; y++)
                {
                    for (var x = 0; x < 16; x++)
                    {
                        shown += pixels[(((((cell / Grid) * 16) + y) * Size) + ((cell % Grid) * 16) + x) * 3] / (255.0 * 256);
                    }
                }
                Assert.InRange(share[cell], shown - 0.12, shown + 0.12);
                Assert.Equal(share[cell] > 0 ? 3 : 0, type[cell]);
            }
        }
        Assert.Equal(8, turns.Count);
    }

    [Fact]
    public void Curve_NoSpread_ChangesNothing()
    {
        var curve = Relighting.Draw(new Rng(1), 0).Curve(0.3f);

        Assert.Equal(Enumerable.Range(0, 256).Select(level => level / 255f), curve);
    }

    [Fact]
    public void Curve_OtherExposures_OrderOfBrightnessStays()
    {
        var rng = new Rng(2);
        for (var draw = 0; draw < 200; draw++)
        {
            var curve = Relighting.Draw(rng, 0.45f).Curve(rng.Unit());

            Assert.All(curve, value => Assert.InRange(value, 0, 1));
            Assert.Equal(curve.Order(), curve);
            Assert.True(curve[^1] > curve[0]);
        }
    }
}
