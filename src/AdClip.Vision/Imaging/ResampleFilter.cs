namespace AdClip.Vision.Imaging;

/// <summary>How a pixel between pixels is made.</summary>
public enum ResampleFilter
{
    /// <summary>Cubic with a = -0.5, widened when shrinking: pictures.</summary>
    Bicubic,

    /// <summary>Triangle, widened when shrinking: masks.</summary>
    Bilinear,

    /// <summary>The nearest pixel: palettes and one-bit pictures.</summary>
    Nearest,
}
