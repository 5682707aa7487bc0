using System.Numerics.Tensors;
using AdClip.Pretrain.Generation.Camera;
using AdClip.Pretrain.Generation.Defects;

namespace AdClip.Pretrain.Generation;

/// <summary>Draws groups of pictures of imaginary products, good and defective, with exact maps of the defects.</summary>
/// <remarks>Everything comes from formulas and tables of noise made at the start; no picture is read. One for each thread.</remarks>
public sealed class GroupGenerator
{
    private readonly Canvas _canvas;
    private readonly Picture _plain;
    private readonly Picture _clean;
    private readonly Picture _spoilt;
    private readonly Picture _result;
    private readonly int _side;
    private bool _metered;

    /// <param name="side">Pixels of a picture's side, a multiple of 16, at most 512.</param>
    public GroupGenerator(int side)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(side % 16, 0, nameof(side));
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, NoiseTile.Size);
        _side = side;
        _canvas = new Canvas(side);
        (_plain, _clean, _spoilt, _result) = (new Picture(side), new Picture(side), new Picture(side), new Picture(side));
    }

    /// <summary>As <see cref="Draw"/>, for a single group.</summary>
    public static ProductGroup Generate(ulong seed, int side, GroupSettings settings) => new GroupGenerator(side).Draw(seed, settings);

    /// <summary>The group of this seed, always the same.</summary>
    public ProductGroup Draw(ulong seed, GroupSettings settings)
    {
        var product = new Product(seed, settings);
        _metered = false;
        var rng = new Rng(seed).Fork(7);
        var count = rng.Whole(settings.LeastImages, settings.MostImages);
        var good = rng.Whole(settings.LeastGood, Math.Max(settings.LeastGood, count - 2));
        var order = new bool[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i >= good;
        }
        for (var i = count - 1; i > 0; i--)
        {
            var other = rng.Below(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return new ProductGroup
        {
            Seed = seed,
            Side = _side,
            Family = product.Family.Key,
            IsObject = product.Family.IsObject,
            Registered = product.Registered,
            Grey = product.Grey,
            Images = [.. order.Select((defective, number) => Take(product, product.ForImage(number), defective, settings))],
        };
    }

    private GroupImage Take(Product product, Rng rng, bool defective, GroupSettings settings)
    {
        using var scene = new Scene(_canvas);
        var map = product.Pose(rng.Fork(1), _side);
        var pieces = product.Assemble(rng.Fork(2));
        var light = product.LightOn(rng.Fork(3));
        var exposure = product.ExposureOf(rng.Fork(4));
        var paint = rng.Fork(5);
        var shadow = (light.X, light.Y);
        scene.Paint(product.Design, pieces, map, paint, shadow);
        light.Shade(scene.Top, _canvas.PixelsPerUnit, _plain);
        if (!_metered)
        {
            product.Meter(TensorPrimitives.Dot<float>(_plain.G, scene.Part) / MathF.Max(1, TensorPrimitives.Sum<float>(scene.Part)));
            light = light with { Gain = product.Gain };
            light.Shade(scene.Top, _canvas.PixelsPerUnit, _plain);
            _metered = true;
        }
        var types = new byte[_side * _side];
        _plain.CopyTo(_clean);
        if (product.NormalMark is { } mark)
        {
            // Too faint, and too common here, to be a fault.
            var marks = new DefectStroke(scene, product, light, exposure, rng.Fork(8)) { MostContrast = 0.012f + (0.035f * Level(_plain)) };
            marks.Add(DefectCatalog.All[(int)mark - 1], _plain, _spoilt, _clean, types: null);
        }
        for (var left = product.Litter ? rng.Fork(10).Below(4) : 0; left > 0; left--)
        {
            var own = rng.Fork(20 + (ulong)left);
            var litter = new DefectStroke(scene, product, light, exposure, own) { MostContrast = 0.3f, Beside = true };
            litter.Add(
                DefectCatalog.All[(int)own.Pick(DefectType.Particle, DefectType.Fibre, DefectType.Spot, DefectType.Scratch) - 1],
                _plain, _spoilt, _clean, types: null);
        }
        _clean.CopyTo(_result);
        var found = new List<DefectType>();
        if (defective)
        {
            Spoil(new Shot(product, scene, pieces, map, paint, light, exposure), settings, rng.Fork(6), types, found);
        }
        var noise = rng.Fork(9).Next();
        var clean = settings.Twins && found.Count > 0 ? exposure.Take(_clean, _canvas, noise) : null;
        return new GroupImage(exposure.Take(_result, _canvas, noise), types, found, clean);
    }

    private void Spoil(Shot shot, GroupSettings settings, Rng rng, byte[] types, List<DefectType> found)
    {
        var wanted = rng.Pick(1, 1, 1, 1, 2, 2, 3);
        var kinds = DefectCatalog.All.Where(kind => kind.Type != shot.Product.NormalMark && settings.Defect?.Invoke(kind.Type) != false).ToArray();
        Span<float> weights = stackalloc float[kinds.Length];
        for (var i = 0; i < kinds.Length; i++)
        {
            weights[i] = shot.Product.Family.IsObject ? kinds[i].OnObject : kinds[i].OnSurface;
        }
        for (var attempt = 0; attempt < 14 && found.Count < wanted && kinds.Length > 0; attempt++)
        {
            var kind = kinds[rng.PickWeighted(weights)];
            var stroke = new DefectStroke(shot.Scene, shot.Product, shot.Light, shot.Exposure, rng.Fork((ulong)attempt)) { Clarity = settings.Clarity };
            if (kind.Spoil is not null ? stroke.Add(kind, _plain, _spoilt, _result, types) : Change(shot, kind, stroke, rng, types))
            {
                found.Add(kind.Type);
            }
        }
        found.RemoveAll(type => !types.AsSpan().Contains((byte)type));
        var distinct = found.Distinct().ToArray();
        found.Clear();
        found.AddRange(distinct);
    }

    private bool Change(Shot shot, DefectKind kind, DefectStroke stroke, Rng rng, byte[] types)
    {
        if (PieceDefects.Change(kind.Type, shot.Pieces, rng) is not { } changed)
        {
            return false;
        }
        using var other = new Scene(_canvas);
        other.Paint(shot.Product.Design, changed, shot.Map, shot.Paint, (shot.Light.X, shot.Light.Y));
        return stroke.AddChange(kind, other, _plain, _spoilt, _result, types);
    }

    private static float Level(Picture picture) => TensorPrimitives.Sum<float>(picture.G) / picture.G.Length;

    /// <summary>All that one picture without a defect was made of.</summary>
    private sealed record Shot(Product Product, Scene Scene, Piece?[] Pieces, Affine Map, Rng Paint, Light Light, Exposure Exposure);
}
