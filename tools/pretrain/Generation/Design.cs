namespace AdClip.Pretrain.Generation;

/// <summary>What all pieces of one product have in common: the drawing.</summary>
/// <param name="Ground">Fills the picture: the surface itself, or what an object lies on.</param>
/// <param name="Pieces">From the lowest to the topmost.</param>
/// <param name="IsObject">True: only the pieces are the product; false: the whole picture is.</param>
internal sealed record Design(Material Ground, IReadOnlyList<Piece> Pieces, bool IsObject)
{
    /// <summary>What is seen through holes of a surface.</summary>
    public Tint Behind { get; init; } = Tint.Grey(0.06f);

    /// <summary>Always taken with a camera without colour.</summary>
    public bool Grey { get; init; }

    /// <summary>The largest turn of one piece against another where a fixture holds them; null: any.</summary>
    public float? LargestTurn { get; init; }

    /// <summary>How much the brightness of good pieces differs, as a factor's logarithm.</summary>
    public float BatchSpread { get; init; } = 0.04f;

    /// <summary>Puts the pieces where they lie this time, where they lie loose or grow; null: as drawn.</summary>
    public Func<Rng, IReadOnlyList<Piece>>? Arrange { get; init; }

    /// <summary>Light passes through or comes from it: no relief is seen.</summary>
    public bool Luminous { get; init; }
}
