using AdClip.Pretrain.Generation.Camera;

namespace AdClip.Pretrain.Generation;

/// <summary>One product with its line: drawing, fixture, lamp and camera, and how much each differs from piece to piece.</summary>
internal sealed class Product
{
    private readonly Rng _rng;
    private readonly Affine _view;
    private readonly Light _light;
    private readonly float _wantedLevel;
    private readonly Exposure _exposure;
    private readonly float _lampDrift;
    private readonly float _gainDrift;
    private readonly float _focusDrift;
    private readonly float _turn;
    private readonly float _shift;
    private readonly float _zoom;

    public Product(ulong seed, GroupSettings settings)
    {
        _rng = new Rng(seed);
        var families = Families.All.Where(family => settings.Family?.Invoke(family.Key) ?? true).ToArray();
        var wanted = _rng.Chance(settings.Objects);
        var kinds = families.Where(family => family.IsObject == wanted).ToArray();
        Family = _rng.Pick<Family>(kinds.Length > 0 ? kinds : families);
        Design = Family.Draw(_rng.Fork(1));
        Registered = _rng.Chance(settings.Registered);
        var rng = _rng.Fork(2);
        Grey = Design.Grey || rng.Chance(0.45f);
        _view = View(rng);
        var free = Design.LargestTurn ?? (rng.Chance(Design.IsObject ? 0.6f : 0.35f) ? MathF.PI : 0.15f);
        _turn = Registered ? rng.Range(0, 0.012f) : free;
        _shift = Registered ? rng.Range(0, 2.5f) : rng.Range(3, Design.LargestTurn is not null ? 14 : Design.IsObject ? 26 : 60);
        _zoom = Registered ? 0.004f : rng.Range(0, 0.12f);
        _light = Lamp(rng);
        _exposure = Lens(rng);
        _wantedLevel = rng.Range(0.2f, 0.5f);
        _lampDrift = rng.Chance(0.5f) ? rng.Range(0, 0.1f) : rng.Range(0.1f, 0.6f);
        _gainDrift = rng.LogRange(0.01f, 0.14f);
        _focusDrift = rng.Chance(0.6f) ? 0.05f : rng.Range(0.05f, 0.4f);
        Litter = Design.IsObject && rng.Chance(0.25f);
        NormalMark = rng.Chance(0.3f)
            ? rng.Pick(DefectType.Scratch, DefectType.Spot, DefectType.Particle, DefectType.Stain, DefectType.Fibre, DefectType.Wear)
            : null;
    }

    public Family Family { get; }

    public Design Design { get; }

    public bool Registered { get; }

    public bool Grey { get; }

    /// <summary>What every piece has a faint one of, so that it is no defect here.</summary>
    public DefectType? NormalMark { get; }

    /// <summary>Dust and lint lie about beside the product, which is nothing to report.</summary>
    public bool Litter { get; }

    /// <summary>Standard deviation of the camera's noise.</summary>
    public float Noise => _exposure.Noise;

    /// <summary>What the exposure meter chose for the line; set once.</summary>
    public float Gain { get; private set; } = 1;

    /// <summary>Chooses the gain by the product in the first picture: nobody installs a camera that sees black or white only.</summary>
    public void Meter(float level)
    {
        const float Most = 0.66f;
        Gain = level < 0.17f ? Math.Min(Design.IsObject ? 3 : 6, _wantedLevel / level) : level > Most ? Most / level : 1;
    }

    /// <summary>Independent numbers for the group's image of this number.</summary>
    public Rng ForImage(int number) => _rng.Fork(100 + (ulong)number);

    /// <summary>Pixel to product coordinates for one piece in the fixture, or lying free.</summary>
    public Affine Pose(Rng rng, int side)
    {
        var toUnits = 256f / side;
        var centred = new Affine(toUnits, 0, -128 + (0.5f * toUnits), 0, toUnits, -128 + (0.5f * toUnits));
        var turn = _turn > 3 ? rng.Angle() : _turn * rng.Range(-1, 1);
        var zoom = MathF.Exp(_zoom * rng.Range(-1, 1));
        var posed = centred.Then(turn, zoom, zoom, _shift * rng.Range(-1, 1), _shift * rng.Range(-1, 1));
        // The lens and the scaling of the picture come between piece and pixel.
        var (u, v) = (_view, posed);
        return new Affine(
            (u.Ux * v.Ux) + (u.Uy * v.Vx), (u.Ux * v.Uy) + (u.Uy * v.Vy), (u.Ux * v.U0) + (u.Uy * v.V0) + u.U0,
            (u.Vx * v.Ux) + (u.Vy * v.Vx), (u.Vx * v.Uy) + (u.Vy * v.Vy), (u.Vx * v.U0) + (u.Vy * v.V0) + u.V0);
    }

    /// <summary>The pieces as they lie in one product, each within its slack.</summary>
    public Piece?[] Assemble(Rng rng) => [.. (Design.Arrange?.Invoke(rng.Fork(1)) ?? Design.Pieces).Select(piece =>
    {
        if (piece.Slack == 0 && piece.Turn == 0)
        {
            return piece;
        }
        var (x, y, _) = piece.Shape.Bounds;
        return piece with { Shape = piece.Shape.Moved(x, y, piece.Turn * rng.Range(-1, 1), piece.Slack * rng.Range(-1, 1), piece.Slack * rng.Range(-1, 1)) };
    })];

    public Light LightOn(Rng rng)
    {
        var (angle, length) = (MathF.Atan2(_light.Y, _light.X), MathF.Sqrt((_light.X * _light.X) + (_light.Y * _light.Y)));
        angle += _lampDrift * rng.Normal();
        length *= 1 + (0.3f * _lampDrift * rng.Normal());
        return _light with
        {
            Gain = Gain,
            X = length * MathF.Cos(angle),
            Y = length * MathF.Sin(angle),
            Gradient = (_light.Gradient.X + (0.25f * _lampDrift * rng.Normal()), _light.Gradient.Y + (0.25f * _lampDrift * rng.Normal())),
            Vignette = MathF.Max(0, _light.Vignette * (1 + (_lampDrift * rng.Normal()))),
            Pool = _light.Pool with { X = _light.Pool.X + (0.15f * _lampDrift * rng.Normal()), Y = _light.Pool.Y + (0.15f * _lampDrift * rng.Normal()) },
        };
    }

    public Exposure ExposureOf(Rng rng)
    {
        var gain = MathF.Exp((_gainDrift * rng.Normal()) + (Design.BatchSpread * rng.Normal()));
        return _exposure with
        {
            Balance = _exposure.Balance * gain,
            Blur = MathF.Max(0.35f, _exposure.Blur * MathF.Exp(_focusDrift * rng.Normal())),
            Flare = _exposure.Flare * rng.Range(0.8f, 1.2f),
        };
    }

    private Affine View(Rng rng)
    {
        var (angle, squeeze, scale) = (0f, 1f, 1f);
        if (Design.IsObject)
        {
            angle = rng.Chance(0.5f) ? rng.Normal() * 0.04f : rng.Angle();
            squeeze = rng.Chance(0.3f) ? rng.LogRange(0.75f, 1.33f) : 1;
            scale = rng.LogRange(0.72f, 1.05f);
        }
        else
        {
            angle = Design.LargestTurn is null && rng.Chance(0.2f) ? rng.Angle() : rng.Normal() * 0.02f;
            squeeze = rng.Chance(0.5f) ? rng.LogRange(0.55f, 1.8f) : 1;
            scale = Design.LargestTurn is null ? rng.LogRange(0.55f, 1.35f) : rng.LogRange(0.9f, 1.15f);
            squeeze = Design.LargestTurn is null ? squeeze : 1;
        }
        return new Affine(1, 0, 0, 0, 1, 0).Then(angle, scale * MathF.Sqrt(squeeze), scale / MathF.Sqrt(squeeze), 0, 0);
    }

    private Light Lamp(Rng rng)
    {
        var (angle, low) = (rng.Angle(), rng.Chance(0.3f) ? rng.Range(0.7f, 1.6f) : rng.Range(0.05f, 0.7f));
        return new Light
        {
            X = low * MathF.Cos(angle),
            Y = low * MathF.Sin(angle),
            Ambient = rng.Range(0.25f, 0.75f),
            Relief = Design.Luminous ? 0 : rng.Range(0.6f, 1.3f),
            Shine = Design.Luminous ? 0 : rng.LogRange(0.04f, Design.IsObject ? 0.6f : 0.4f),
            Sharpness = rng.LogRange(3, 40),
            Spread = rng.Range(0.1f, 1.2f),
            Gradient = rng.Chance(0.7f) ? (rng.Normal() * 0.16f, rng.Normal() * 0.16f) : (0, 0),
            Vignette = rng.Chance(0.5f) ? rng.Range(0, 0.7f) : 0,
            Pool = rng.Chance(0.3f) ? (rng.Range(-0.4f, 0.4f), rng.Range(-0.4f, 0.4f), rng.Range(0.25f, 0.8f), rng.Range(0.05f, 0.35f)) : (0, 0, 1, 0),
        };
    }

    private Exposure Lens(Rng rng)
    {
        var warm = rng.Normal() * 0.06f;
        var gain = rng.Range(0.7f, 1.12f);
        return new Exposure
        {
            Balance = new Tint(gain * (1 + warm), gain, gain * (1 - warm)),
            Contrast = rng.Range(0.75f, 1.25f),
            Flare = rng.Chance(0.4f) ? rng.Range(0, 0.08f) : 0,
            Blur = rng.Chance(0.5f) ? rng.Range(0.45f, 0.85f) : rng.Range(0.85f, 1.8f),
            Noise = rng.LogRange(0.003f, 0.032f),
            Sharpening = rng.Chance(0.3f) ? rng.Range(0.2f, 1.2f) : 0,
            Coarse = rng.Chance(0.5f) ? rng.Range(0.2f, 0.7f) : 0,
            RowNoise = rng.Chance(0.12f) ? rng.Range(0.001f, 0.006f) : 0,
            Grey = Grey,
            JpegQuality = rng.Chance(0.4f) ? rng.Whole(45, 95) : 0,
        };
    }
}
