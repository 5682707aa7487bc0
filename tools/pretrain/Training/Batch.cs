namespace AdClip.Pretrain.Training;

/// <summary>What one pass takes. B items, T tokens (row 0 is the class token's), G groups of K images, Q texts of L tokens, C types.</summary>
public sealed record Batch
{
    /// <summary>[B, T, 3·p·p]: normalised pixels of each patch by channel, row, column; the class token's row is zero.</summary>
    public required float[] Patches { get; init; }

    /// <summary>[B, T]: 1 where the patch shows a defect.</summary>
    public required float[] Defective { get; init; }

    /// <summary>[B, T]: 0 where nothing may be learned, as at the class token and at slivers of a mask.</summary>
    public required float[] Counts { get; init; }

    /// <summary>[B, T, 16]: 1 where the cell of the patch shows a defect, 0 where it shows none, 0.5 where that is not clear.</summary>
    public required float[] DefectiveCells { get; init; }

    /// <summary>[B]: 1 if the image has a defect.</summary>
    public required float[] Anomalous { get; init; }

    /// <summary>[B, T, C]: 1 at the type of a clearly defective patch.</summary>
    public required float[] Type { get; init; }

    /// <summary>
    /// [G, K, 1, K, T]: 0 where an item's tokens may be compared with another's, -4 elsewhere: only
    /// with patches of other, good images of the group.
    /// </summary>
    public required float[] Forbidden { get; init; }

    /// <summary>[B]: 1 if there is another good image to compare with.</summary>
    public required float[] HasReference { get; init; }

    /// <summary>[Q, L]: token ids, after the end anything.</summary>
    public required int[] Words { get; init; }

    /// <summary>[Q]: where each text ends.</summary>
    public required int[] Ends { get; init; }

    /// <summary>[G, 2]: weights of the two normal and the two abnormal texts.</summary>
    public required float[] Mix { get; init; }

    /// <summary>[B, B]: rows sum to one over the items with the same caption.</summary>
    public required float[] SameCaption { get; init; }
}
