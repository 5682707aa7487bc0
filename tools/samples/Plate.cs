using NetVips;

namespace AdClip.Samples;

/// <summary>What can be wrong with a plate.</summary>
internal enum Defect
{
    Scratch,
    Stain,
    Pit,
    Chip,
}

/// <summary>A square of brushed steel under a lamp, 400 x 400 pixels; the same seed draws the same plate.</summary>
internal sealed class Plate
{
    private const int Side = 400;
    private readonly Random _random;
    private readonly double[] _light = new double[Side * Side];
    private readonly bool[] _mask = new bool[Side * Side];

    public Plate(int seed)
    {
        _random = new Random(seed);
        Brush();
        Illuminate();
    }

    /// <summary>Draws one defect and marks its pixels.</summary>
    /// <param name="strength">1: plain to see; towards 0: fades into the plate.</param>
    public void Add(Defect defect, double strength)
    {
        switch (defect)
        {
            case Defect.Scratch:
                AddScratch(strength);
                break;
            case Defect.Stain:
                AddBlot(radius: Between(24, 44), roughness: 0.35, depth: -46 * strength, grain: 1 - (0.45 * strength));
                break;
            case Defect.Pit:
                AddBlot(radius: Between(7, 11), roughness: 0.12, depth: -92 * strength, grain: 1 - (0.9 * strength));
                break;
            case Defect.Chip:
                AddChip(0.4 + (0.6 * strength));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(defect), defect, "unknown defect");
        }
    }

    /// <summary>Draws what is no defect: a soft glare where the plate was wiped.</summary>
    public void AddHarmlessMark()
    {
        var (cx, cy) = (Between(100, 300), Between(100, 300));
        var (wide, high) = (Between(50, 90), Between(20, 36));
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                _light[(y * Side) + x] += 22 * Math.Exp(-Square((x - cx) / wide) - Square((y - cy) / high));
            }
        }
    }

    public void Save(string path)
    {
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < _light.Length; i++)
        {
            var value = _light[i] + (3 * Gauss());
            pixels[3 * i] = ToByte(value - 3);
            pixels[(3 * i) + 1] = ToByte(value);
            pixels[(3 * i) + 2] = ToByte(value + 6);
        }
        using var image = Image.NewFromMemory(pixels, Side, Side, 3, Enums.BandFormat.Uchar);
        image.Jpegsave(path, q: 88, keep: Enums.ForeignKeep.None);
    }

    public void SaveMask(string path)
    {
        using var image = Image.NewFromMemory(Array.ConvertAll(_mask, marked => marked ? (byte)255 : (byte)0), Side, Side, 1, Enums.BandFormat.Uchar);
        image.Pngsave(path, keep: Enums.ForeignKeep.None);
    }

    // Brushing leaves long horizontal streaks: noise that changes fast from row to row and slowly along a row.
    private void Brush()
    {
        for (var y = 0; y < Side; y++)
        {
            var row = 9 * Gauss();
            var streak = 0.0;
            for (var x = 0; x < Side; x++)
            {
                streak = (0.985 * streak) + (1.3 * Gauss());
                _light[(y * Side) + x] = 150 + row + streak;
            }
        }
    }

    private void Illuminate()
    {
        var (lampX, lampY) = (Between(0.3, 0.7) * Side, Between(0.2, 0.6) * Side);
        var strength = Between(14, 24);
        var exposure = Between(-8, 8);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var distance = Math.Sqrt(Square((x - lampX) / Side) + Square((y - lampY) / Side));
                _light[(y * Side) + x] += exposure + (strength * (0.6 - distance));
            }
        }
    }

    private void AddScratch(double strength)
    {
        var angle = Between(0.5, 1.3) * (_random.Next(2) == 0 ? 1 : -1);
        var length = Between(130, 230);
        var (x, y) = (Between(130, 270), Between(130, 270));
        var bend = Between(-0.0015, 0.0015);
        var (px, py) = (x - (Math.Cos(angle) * length / 2), y - (Math.Sin(angle) * length / 2));
        for (var step = 0.0; step < length; step += 0.25)
        {
            angle += bend * 0.25;
            px += Math.Cos(angle) * 0.25;
            py += Math.Sin(angle) * 0.25;
            var width = (0.7 + (1.5 * Math.Sin(Math.PI * step / length))) * (0.5 + (0.5 * strength));
            Stamp(px, py, width, (index, inside) => _light[index] += Math.Max(0, 228 - _light[index]) * inside * strength * 0.3);
            Stamp(px + 1.6, py + 1.6, width, (index, inside) => _light[index] -= Math.Max(0, _light[index] - 102) * inside * strength * 0.25);
        }
    }

    private void AddBlot(double radius, double roughness, double depth, double grain)
    {
        var (cx, cy) = (Between(90, 310), Between(90, 310));
        var phases = Enumerable.Range(2, 6).Select(k => (k, phase: Between(0, Math.Tau), size: roughness * Between(0.3, 1) / k * 2)).ToArray();
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (dx, dy) = (x + 0.5 - cx, y + 0.5 - cy);
                var angle = Math.Atan2(dy, dx);
                var edge = radius * (1 + phases.Sum(p => p.size * Math.Sin((p.k * angle) + p.phase)));
                var inside = Math.Clamp((edge - Math.Sqrt((dx * dx) + (dy * dy))) / 3, 0, 1);
                if (inside > 0)
                {
                    var index = (y * Side) + x;
                    _light[index] = (_light[index] * (1 - (inside * (1 - grain)))) + (inside * (1 - grain) * 150) + (inside * depth);
                    _mask[index] |= inside > 0.5;
                }
            }
        }
    }

    // A piece broken off an edge: dark, with a bright rim.
    private void AddChip(double scale)
    {
        var along = Between(110, 290);
        var (width, height) = (Between(34, 60) * scale, Between(22, 38) * scale);
        var jag = Enumerable.Range(0, 9).Select(_ => Between(0.7, 1.15)).ToArray();
        for (var y = 0; y < height * 1.2; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var t = (x + 0.5 - along) / width;
                if (Math.Abs(t) >= 1)
                {
                    continue;
                }
                var at = (t + 1) / 2 * (jag.Length - 1);
                var jagged = jag[(int)at] + ((at - (int)at) * (jag[(int)at + 1] - jag[(int)at]));
                var inside = (height * Math.Sqrt(1 - (t * t)) * jagged) - y;
                if (inside > 0)
                {
                    _light[(y * Side) + x] = inside < 3 ? 225 : 46 + (4 * Gauss());
                    _mask[(y * Side) + x] = true;
                }
            }
        }
    }

    private void Stamp(double cx, double cy, double radius, Action<int, double> paint)
    {
        for (var y = (int)(cy - radius - 1); y <= cy + radius + 1; y++)
        {
            for (var x = (int)(cx - radius - 1); x <= cx + radius + 1; x++)
            {
                if (x is < 0 or >= Side || y is < 0 or >= Side)
                {
                    continue;
                }
                var inside = Math.Clamp(radius + 0.5 - Math.Sqrt(Square(x + 0.5 - cx) + Square(y + 0.5 - cy)), 0, 1);
                if (inside > 0)
                {
                    paint((y * Side) + x, inside);
                    _mask[(y * Side) + x] |= inside > 0.5;
                }
            }
        }
    }

    private static byte ToByte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);

    private static double Square(double value) => value * value;

    private double Between(double low, double high) => low + ((high - low) * _random.NextDouble());

    // Box-Muller.
    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble());
}
