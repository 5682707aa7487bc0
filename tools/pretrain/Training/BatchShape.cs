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

    /// <summary>Cells along a patch's side, for each of which its features say whether it is defective.</summary>
    public const int CellsOfAPatch = 4;

    /// <summary>Cells of a patch.</summary>
    public const int Cells = CellsOfAPatch * CellsOfAPatch;

    public int Items => Groups * Images;

    public int Patches => Grid * Grid;

    /// <summary>Patches and the class token before them.</summary>
    public int Tokens => Patches + 1;

    public int Texts => (2 * TextsOfAKind * Groups) + Types + Items;
}
