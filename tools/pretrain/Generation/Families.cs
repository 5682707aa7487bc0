using AdClip.Pretrain.Generation.Objects;
using AdClip.Pretrain.Generation.Surfaces;

namespace AdClip.Pretrain.Generation;

/// <summary>A kind of product; <paramref name="Key"/> is what its nouns are listed under.</summary>
internal sealed record Family(string Key, bool IsObject, Func<Rng, Design> Draw)
{
    public static Family Surface(string key, Func<Rng, Material> material) => new(key, IsObject: false, rng => new Design(material(rng), [], IsObject: false));

    public static Family Sheet(string key, Func<Rng, Design> design) => new(key, IsObject: false, design);

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
        Family.Surface("ground metal", Metals.Ground),
        Family.Surface("polished metal", Metals.Smooth),
        Family.Sheet("ground plate", Technical.GroundPlate),
        Family.Sheet("wafer", Technical.Wafer),
        Family.Sheet("circuit board", Technical.Board),
        Family.Sheet("panel", Technical.Panel),
        Family.Sheet("seam", Technical.Seam),
        Family.Surface("woven fabric", Textiles.Woven),
        Family.Surface("knit", Textiles.Knit),
        Family.Surface("carpet", Textiles.Carpet),
        Family.Surface("leather", Textiles.Leather),
        Family.Surface("nonwoven", Textiles.Nonwoven),
        Family.Surface("plastic", Plain.Plastic),
        Family.Surface("painted surface", Plain.Painted),
        Family.Surface("rubber", Plain.Rubber),
        Family.Surface("paper", Plain.Paper),
        Family.Surface("ceramic", Plain.Glaze),
        Family.Surface("glass", Plain.Glass),
        Family.Surface("film", Plain.Film),
        Family.Surface("concrete", Minerals.Concrete),
        Family.Surface("marble", Minerals.Marble),
        Family.Surface("granite", Minerals.Speckled),
        Family.Surface("wood", Minerals.Wood),
        Family.Surface("foam", Minerals.Foam),
        Family.Surface("rough surface", Minerals.Rough),
        Family.Surface("mesh", Regular.Mesh),
        Family.Surface("perforated sheet", Regular.Perforated),
        Family.Surface("ribbed sheet", Regular.Ribbed),
        Family.Surface("studded plate", Regular.Studded),
        Family.Surface("composite", Regular.FibreInResin),
        Family.Surface("printed sheet", Regular.Printed),
        Family.Thing("nut", Fasteners.Nut),
        Family.Thing("washer", Fasteners.Washer),
        Family.Thing("gear", Fasteners.Gear),
        Family.Thing("screw", Fasteners.Screw),
        Family.Thing("bracket", Fasteners.Bracket),
        Family.Thing("transistor", Components.Transistor),
        Family.Thing("chip package", Components.Package),
        Family.Thing("cable", Components.CableEnd),
        Family.Thing("wire harness", Components.Harness),
        Family.Thing("connector", Components.Connector),
        Family.Thing("resistor", Components.Axial),
        Family.Thing("capsule", Goods.Capsule),
        Family.Thing("pill", Goods.Pill),
        Family.Thing("bottle mouth", Goods.Mouth),
        Family.Thing("cap", Goods.Cap),
        Family.Thing("zipper", Goods.Zipper),
        Family.Thing("seal", Goods.Seal),
        Family.Thing("button", Goods.Button),
        Family.Thing("biscuit", Goods.Baked),
        Family.Thing("brush", Goods.Brush),
        Family.Thing("several parts", Goods.Several),
        Family.Thing("label", Goods.Label),
        Family.Thing("spring", Goods.Spring),
        Family.Thing("flange", Goods.Flange),
        Family.Thing("bearing", Goods.Bearing),
    ];
}
