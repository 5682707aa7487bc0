using AdClip.Pretrain.Generation.Objects;
using AdClip.Pretrain.Generation.Surfaces;

namespace AdClip.Pretrain.Generation;

/// <summary>A kind of product; <paramref name="Key"/> is what its nouns are listed under.</summary>
internal sealed record Family(string Key, bool IsObject, Func<Rng, Design> Draw)
{
    public static Family Surface(string key, Func<Rng, Material> material) => new(key, IsObject: false, rng => new Design(material(rng), [], IsObject: false));

    public static Family Thing(string key, Func<Rng, Design> design) => new(key, IsObject: true, design);
}

/// <summary>Every kind of product that is drawn.</summary>
internal static class Families
{
    public static IReadOnlyList<Family> All { get; } =
    [
        Family.Surface("brushed metal", Metals.Brushed),
        Family.Surface("cast metal", Metals.Cast),
        Family.Surface("rolled sheet", Metals.Rolled),
        Family.Surface("turned metal", Metals.Turned),
        Family.Surface("woven fabric", Textiles.Woven),
        Family.Surface("leather", Textiles.Leather),
        Family.Surface("wood", Minerals.Wood),
        Family.Thing("nut", Fasteners.Nut),
        Family.Thing("washer", Fasteners.Washer),
        Family.Thing("gear", Fasteners.Gear),
        Family.Thing("screw", Fasteners.Screw),
        Family.Thing("bracket", Fasteners.Bracket),
    ];
}
