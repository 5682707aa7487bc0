namespace AdClip.Pretrain.Generation;

/// <summary>What a group shall hold.</summary>
public sealed record GroupSettings
{
    public int LeastImages { get; init; } = 4;

    public int MostImages { get; init; } = 6;

    /// <summary>Good images at least; at least one image is defective.</summary>
    public int LeastGood { get; init; } = 2;

    /// <summary>Share of groups that show objects; the rest shows surfaces.</summary>
    public float Objects { get; init; } = 0.4f;

    /// <summary>Share of groups whose images all have one pose.</summary>
    public float Registered { get; init; } = 0.6f;

    /// <summary>How plain defects are: 0: from barely visible on; 1: at least twice that contrast and ten times the least area.</summary>
    public float Clarity { get; init; }

    /// <summary>Also give every defective image without its defects.</summary>
    public bool Twins { get; init; }

    /// <summary>Families, by key, that may come; null: all. Some can be held back for a test.</summary>
    public Func<string, bool>? Family { get; init; }

    /// <summary>Kinds of defects that may come; null: all. A product that can have none of them stays good.</summary>
    public Func<DefectType, bool>? Defect { get; init; }
}

/// <summary>One picture of a group.</summary>
/// <param name="Pixels">[side, side, 3], RGB.</param>
/// <param name="Types">[side, side]: 0 where nothing is wrong, else a <see cref="DefectType"/>.</param>
/// <param name="Defects">The kinds in the map; none: a good image.</param>
/// <param name="CleanTwin">The same picture, noise included, without its defects; null for good images and where not asked for.</param>
public sealed record GroupImage(byte[] Pixels, byte[] Types, IReadOnlyList<DefectType> Defects, byte[]? CleanTwin)
{
    public bool IsGood => Defects.Count == 0;
}

/// <summary>Pictures of one imaginary product, good and defective in any order.</summary>
public sealed record ProductGroup
{
    public required ulong Seed { get; init; }

    public required int Side { get; init; }

    /// <summary>The key of the family's nouns.</summary>
    public required string Family { get; init; }

    public required bool IsObject { get; init; }

    /// <summary>True: a fixture holds every piece in the same place.</summary>
    public required bool Registered { get; init; }

    /// <summary>True: taken without colour.</summary>
    public required bool Grey { get; init; }

    public required IReadOnlyList<GroupImage> Images { get; init; }
}
