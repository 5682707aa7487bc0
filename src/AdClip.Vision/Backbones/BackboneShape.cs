using AdClip.Vision.Imaging;

namespace AdClip.Vision.Backbones;

/// <summary>What everything outside <see cref="Backbones"/> has to know of an image encoder.</summary>
public sealed record BackboneShape
{
    /// <summary>Name of the <see cref="BackboneKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Side in pixels of the square of the input that one token stands for.</summary>
    public required int PixelsPerToken { get; init; }

    /// <summary>What the side of the input is a multiple of; smaller rests are refused where this is more than <see cref="PixelsPerToken"/>.</summary>
    public required int SideStep { get; init; }

    /// <summary>Width E of a token.</summary>
    public required int TokenWidth { get; init; }

    /// <summary>Width of the values that flow through the encoder.</summary>
    public required int StreamWidth { get; init; }

    /// <summary>Layers that tokens can be taken from, counted from 1.</summary>
    public required int Layers { get; init; }

    /// <summary>Side in pixels of the square that the encoder was trained at.</summary>
    public required int NativeImageSize { get; init; }

    /// <summary>Number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>How pixels go in.</summary>
    public required PixelScale Input { get; init; }

    /// <summary>Whether texts can be compared with images. Without words, good images or a batch of images must tell what is normal.</summary>
    public required bool HasWords { get; init; }

    /// <summary>Whether its products can be made in 8 bits.</summary>
    public required bool HasEightBit { get; init; }

    /// <summary>Whether tokens have the lengths with which they are compared; else those of each layer are brought to unit length first.</summary>
    public bool HasScaledTokens { get; init; }

    /// <summary>Tokens along one side of an input of this many pixels.</summary>
    public int Grid(int imageSize) => imageSize / PixelsPerToken;
}
