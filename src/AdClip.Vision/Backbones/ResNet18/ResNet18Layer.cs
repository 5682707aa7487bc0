namespace AdClip.Vision.Backbones.ResNet18;

/// <summary>A convolution of the network, its batch norm folded in.</summary>
/// <param name="Name">Its tensors are this with <c>.weight</c> [O, I, K, K] and <c>.bias</c> [O].</param>
/// <param name="Outputs">Channels O that it makes.</param>
/// <param name="Inputs">Channels I that it takes.</param>
/// <param name="Kernel">Side K of its window.</param>
/// <param name="Stride">Pixels between neighbours of the result.</param>
internal sealed record ResNet18Layer(string Name, int Outputs, int Inputs, int Kernel, int Stride)
{
    /// <summary>Zeros above and to the left of the input. Where the zeros cannot be shared evenly, this side has one more.</summary>
    public int Before => PaddingBefore(Kernel, Stride);

    /// <summary>Zeros below and to the right.</summary>
    public int After => PaddingAfter(Kernel, Stride);

    public string Weight => Name + ".weight";

    public string Bias => Name + ".bias";

    public static int PaddingBefore(int kernel, int stride) => (kernel - stride + 1) / 2;

    public static int PaddingAfter(int kernel, int stride) => (kernel - stride) / 2;
}
