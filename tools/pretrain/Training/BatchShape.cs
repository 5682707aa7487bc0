namespace AdClip.Pretrain.Training;

/// <summary>The sizes of what one pass takes; a graph is made for each.</summary>
/// <param name="Groups">Products.</param>
/// <param name="Images">Images of each product.</param>
/// <param name="Grid">Patches along a side.</param>
/// <param name="Length">Tokens of a text, its end included.</param>
/// <param name="Types">Defect types.</param>
public sealed record BatchShape(int Groups, int Images, int Grid, int Length, int Types)
{
    /// <summary>Normal texts of a group, and as many abnormal ones.</summary>
    public const int TextsOfAKind = 2;

    public int Items => Groups * Images;

    public int Patches => Grid * Grid;

    /// <summary>Patches and the class token before them.</summary>
    public int Tokens => Patches + 1;

    public int Texts => (2 * TextsOfAKind * Groups) + Types + Items;
}
