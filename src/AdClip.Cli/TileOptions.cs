using System.CommandLine;
using System.Globalization;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Imaging;
using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Cli;

/// <summary>The options that cut large images into tiles.</summary>
internal sealed class TileOptions
{
    private const string Automatic = "auto";
    private readonly Option<string?> _side = new("--tile-size")
    {
        Description = "Look at large images in tiles of this side in pixels of the image, or auto; left out: whole",
    };
    private readonly Option<double> _overlap = new("--tile-overlap")
    {
        Description = "Share of a tile's side that neighbours have in common",
        DefaultValueFactory = _ => TilePlan.DefaultOverlap,
    };
    private readonly Option<double?> _defect = new("--smallest-defect")
    {
        Description = "For --tile-size auto: shorter side of the smallest defect in pixels of the image",
    };

    public TileOptions()
    {
        _side.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value != Automatic && !int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError($"--tile-size needs a whole number of pixels or auto; got '{token.Value}'.");
            }
        });
        _defect.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is <= 0 or double.NaN)
            {
                result.AddError("--smallest-defect needs a number above 0.");
            }
        });
    }

    public void Add(Command command)
    {
        command.Options.Add(_side);
        command.Options.Add(_overlap);
        command.Options.Add(_defect);
    }

    /// <summary>Null: images are looked at whole. An automatic side is chosen for the largest of the images, so that all are cut alike.</summary>
    /// <exception cref="RefusedInputException">Numbers that cannot be used.</exception>
    public TileSettings? Read(ParseResult parsed, ModelDescription model, IReadOnlyList<ImageFile> images)
    {
        if (parsed.GetValue(_side) is not { } side)
        {
            return null;
        }
        var overlap = parsed.GetValue(_overlap);
        if (side != Automatic)
        {
            var settings = new TileSettings(int.Parse(side, CultureInfo.InvariantCulture), overlap);
            TilePlan.Check(settings.Side, settings.Overlap);
            return settings;
        }
        TilePlan.Check(TilePlan.LeastSide, overlap);
        var largest = images.Select(image => Size(image.Path)).MaxBy(size => (long)size.Width * size.Height);
        if (largest.Width == 0)
        {
            return null;
        }
        var advice = TileAdvice.For(largest.Width, largest.Height, parsed.GetValue(_defect), model.ImageSize, model.Shape.PixelsPerToken, overlap);
        return advice.Tiles == 1 ? null : new TileSettings(advice.Side, overlap);
    }

    // What cannot be read is refused when its turn comes.
    private static (int Width, int Height) Size(string path)
    {
        try
        {
            var info = ImageDecoder.Identify(path);
            return (info.Width, info.Height);
        }
        catch (RefusedInputException)
        {
            return (0, 0);
        }
    }
}
