namespace AdClip.Pretrain.Generation.Defects;

/// <summary>One kind of defect: how often, on what, and how it is made.</summary>
/// <param name="OnSurface">Weight among the defects of a surface.</param>
/// <param name="OnObject">Weight among those of an object.</param>
/// <param name="LeastStrength">The faintest it may be made: a ghost of a hole is no hole.</param>
/// <param name="Spoil">Null: made by changing pieces (<see cref="PieceDefects"/>).</param>
internal sealed record DefectKind(DefectType Type, float OnSurface, float OnObject, float LeastStrength, Func<Damage, bool>? Spoil);

/// <summary>All kinds of defects, in the order of their numbers.</summary>
internal static class DefectCatalog
{
    public static IReadOnlyList<DefectKind> All { get; } =
    [
        new(DefectType.Scratch, 1.5f, 1.2f, 0, LineDefects.Scratch),
        new(DefectType.Crack, 1.6f, 1.2f, 0.2f, LineDefects.Crack),
        new(DefectType.Dent, 1, 0.8f, 0, SpotDefects.Dent),
        new(DefectType.Pit, 1.5f, 0.8f, 0.2f, SpotDefects.Pit),
        new(DefectType.Hole, 0.9f, 0.8f, 0.7f, SpotDefects.Hole),
        new(DefectType.Chip, 0.7f, 2.2f, 0.7f, EdgeDefects.Chip),
        new(DefectType.Fray, 0.9f, 0.5f, 0.4f, EdgeDefects.Fray),
        new(DefectType.Stain, 1, 0.8f, 0, SpotDefects.Stain),
        new(DefectType.Spot, 0.9f, 0.7f, 0, SpotDefects.Spot),
        new(DefectType.Ink, 0.4f, 0.4f, 0.1f, LineDefects.Ink),
        new(DefectType.Smear, 0.7f, 0.5f, 0, RegionDefects.Smear),
        new(DefectType.Discolouration, 0.7f, 0.6f, 0, RegionDefects.Discolouration),
        new(DefectType.Uneven, 1.5f, 0.4f, 0, RegionDefects.Uneven),
        new(DefectType.Burr, 0.3f, 0.8f, 0.5f, EdgeDefects.Burr),
        new(DefectType.MissingPart, 0.8f, 2.6f, 1, null),
        new(DefectType.MisplacedPart, 0.7f, 2.2f, 1, null),
        new(DefectType.BentPart, 0.4f, 2.8f, 1, null),
        new(DefectType.Fibre, 0.6f, 0.5f, 0.1f, LineDefects.Fibre),
        new(DefectType.Particle, 0.8f, 0.7f, 0.2f, SpotDefects.Particle),
        new(DefectType.Wrinkle, 0.7f, 0.3f, 0, LineDefects.Wrinkle),
        new(DefectType.PrintError, 1.3f, 1.8f, 0.5f, null),
        new(DefectType.ThreadPull, 2.4f, 1, 0.3f, LineDefects.ThreadPull),
        new(DefectType.BrokenWeave, 2.4f, 1, 0.4f, RegionDefects.BrokenWeave),
        new(DefectType.Corrosion, 1.1f, 0.9f, 0.1f, RegionDefects.Corrosion),
        new(DefectType.Blister, 0.6f, 0.3f, 0, SpotDefects.Blister),
        new(DefectType.Wear, 1.3f, 0.6f, 0, RegionDefects.Wear),
    ];
}
