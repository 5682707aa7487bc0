using AdClip.Pretrain.Generation.Shapes;

namespace AdClip.Pretrain.Generation;

/// <summary>How a piece stands out of what it lies on.</summary>
internal enum Relief
{
    /// <summary>Level top, sloping edge.</summary>
    Flat,

    /// <summary>Round like a pill or a wire.</summary>
    Dome,

    /// <summary>Colour only.</summary>
    Print,

    /// <summary>Cut or pressed into what it lies on, whose colour it keeps.</summary>
    Groove,

    /// <summary>A legitimate opening: what is behind shows.</summary>
    Opening,
}

/// <summary>What a piece is to the product, and so what can go wrong with it.</summary>
internal enum Role
{
    Body,

    /// <summary>Can be missing or out of place.</summary>
    Part,

    /// <summary>Can be missing, out of place or bent about its foot.</summary>
    Leg,

    /// <summary>Can be misprinted.</summary>
    Print,

    /// <summary>Belongs to the scene, not to the product.</summary>
    Backdrop,
}

/// <summary>One piece of a product, in product units.</summary>
internal sealed record Piece(Shape Shape, Material Material)
{
    public Relief Relief { get; init; } = Relief.Flat;

    public Role Role { get; init; } = Role.Body;

    /// <summary>How far it stands out (or, a groove, goes in).</summary>
    public float Height { get; init; } = 3;

    /// <summary>Width of the sloping edge; of a dome its inner radius.</summary>
    public float Slope { get; init; } = 3;

    /// <summary>Reach of its shadow; 0: none.</summary>
    public float Shadow { get; init; }

    /// <summary>How strongly print or groove darkens or covers, 0 to 1.</summary>
    public float Cover { get; init; } = 1;

    /// <summary>How far it may be off, in units, and still be right.</summary>
    public float Slack { get; init; }

    /// <summary>How far it may be turned, in radians, and still be right.</summary>
    public float Turn { get; init; }

    /// <summary>Where a leg is held.</summary>
    public (float X, float Y)? Foot { get; init; }
}
