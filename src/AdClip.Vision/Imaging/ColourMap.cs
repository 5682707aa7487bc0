namespace AdClip.Vision.Imaging;

/// <summary>A table of 256 colours for values from low to high.</summary>
public sealed class ColourMap
{
    private readonly byte[] _rgb;

    private ColourMap(string name, byte[] rgb)
    {
        Name = name;
        _rgb = rgb;
    }

    /// <summary>The default: from near black over violet, red and orange to pale yellow, lightness rising evenly.</summary>
    /// <remarks>
    /// Our own path through Oklab (B. Ottosson, 2020): equal steps of value are equal steps of lightness, so that it reads the
    /// same in grey print and for colour-blind eyes.
    /// </remarks>
    public static ColourMap Ember { get; } = new("ember", MakeEmber());

    /// <summary>The classic blue to red table of OpenCV, for comparison with other tools; its lightness is not even.</summary>
    public static ColourMap Jet { get; } = new("jet", MakeJet());

    /// <summary>Name in lower case, as used in addresses.</summary>
    public string Name { get; }

    /// <summary>[256, 3] red, green, blue.</summary>
    public ReadOnlySpan<byte> Rgb => _rgb;

    /// <summary>The map of that name, or null.</summary>
    public static ColourMap? Find(string name) => name switch
    {
        "ember" => Ember,
        "jet" => Jet,
        _ => null,
    };

    private static byte[] MakeJet()
    {
        var table = new byte[256 * 3];
        for (var i = 0; i < 256; i++)
        {
            var (red, green, blue) = i switch
            {
                < 32 => (0, 0, 128 + 4 * i),
                < 96 => (0, 4 * (i - 32), 255),
                < 160 => (4 * (i - 96) + 2, 255, 254 - 4 * (i - 96)),
                < 224 => (255, 252 - 4 * (i - 160), 0),
                _ => (252 - 4 * (i - 224), 0, 0),
            };
            // The published table has one odd value.
            table[i * 3] = (byte)red;
            table[i * 3 + 1] = (byte)green;
            table[i * 3 + 2] = (byte)(i == 159 ? 1 : blue);
        }
        return table;
    }

    private static byte[] MakeEmber()
    {
        // Lightness, chroma and hue (degrees) at even steps of value.
        ReadOnlySpan<(double Lightness, double Chroma, double Hue)> stops =
        [
            (0.16, 0.045, 285), (0.30, 0.115, 300), (0.44, 0.165, 345), (0.58, 0.190, 25), (0.71, 0.165, 52), (0.84, 0.140, 82), (0.97, 0.060, 102),
        ];
        var table = new byte[256 * 3];
        for (var i = 0; i < 256; i++)
        {
            var position = i / 255.0 * (stops.Length - 1);
            var at = Math.Min(stops.Length - 2, (int)position);
            var part = position - at;
            var (from, to) = (stops[at], stops[at + 1]);
            var turn = (to.Hue - from.Hue + 540) % 360 - 180;
            var hue = (from.Hue + turn * part) * Math.PI / 180;
            var chroma = from.Chroma + (to.Chroma - from.Chroma) * part;
            OklabToSrgb(from.Lightness + (to.Lightness - from.Lightness) * part, chroma * Math.Cos(hue), chroma * Math.Sin(hue), table.AsSpan(i * 3, 3));
        }
        return table;
    }

    private static void OklabToSrgb(double lightness, double a, double b, Span<byte> rgb)
    {
        var l = Math.Pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
        var m = Math.Pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
        var s = Math.Pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
        rgb[0] = Encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
        rgb[1] = Encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
        rgb[2] = Encode(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static byte Encode(double linear)
    {
        linear = Math.Clamp(linear, 0, 1);
        var encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.Pow(linear, 1 / 2.4) - 0.055;
        return (byte)Math.Round(encoded * 255);
    }
}
