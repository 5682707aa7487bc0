using AdClip.Vision.Backbones;

namespace AdClip.Benchmarks;

/// <summary>The numbers of a CLIP model whose weights are made up here.</summary>
/// <param name="Name">OpenAI's name.</param>
/// <param name="Width">Of the image transformer.</param>
/// <param name="Layers">Its blocks.</param>
/// <param name="Patch">Side of a patch in pixels.</param>
/// <param name="Grid">Patches along a side in training.</param>
/// <param name="TextWidth">Of the text transformer.</param>
/// <param name="Embed">Of the shared space.</param>
/// <param name="Settings">How it is measured.</param>
internal sealed record ClipSize(string Name, int Width, int Layers, int Patch, int Grid, int TextWidth, int Embed, ImageEncoderSettings Settings)
{
    public static readonly ClipSize Base = new("ViT-B/16", 768, 12, 16, 14, 512, 512, new ImageEncoderSettings(224, 7, [3, 6, 9, 12]));

    public static readonly ClipSize Large = new("ViT-L/14", 1024, 24, 14, 16, 768, 768, new ImageEncoderSettings(518, 20, [6, 12, 18, 24]));
}
