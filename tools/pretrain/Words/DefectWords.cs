using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Words;

/// <summary>Phrases for products with one kind of defect.</summary>
internal static class DefectWords
{
    public static IReadOnlyDictionary<DefectType, Wording> Of { get; } = new Dictionary<DefectType, Wording>
    {
        [DefectType.Scratch] = new(
            ["scratched {}", "{} with a scratch", "{} with scratches", "{} with a thin scratch", "scored {}"],
            ["긁힌 {}", "스크래치가 있는 {}", "긁힘이 있는 {}", "흠집이 난 {}"]),
        [DefectType.Crack] = new(
            ["cracked {}", "{} with a crack", "{} with cracks", "fractured {}", "{} with a fissure"],
            ["금이 간 {}", "균열이 있는 {}", "갈라진 {}", "크랙이 있는 {}"]),
        [DefectType.Dent] = new(
            ["dented {}", "{} with a dent", "{} with a bump", "{} with a dimple"], ["찍힌 {}", "찍힘이 있는 {}", "움푹 들어간 {}", "눌린 {}"]),
        [DefectType.Pit] = new(
            ["pitted {}", "{} with pits", "{} with a blowhole", "porous {}", "{} with pinholes", "{} with pores"],
            ["기공이 있는 {}", "핀홀이 있는 {}", "구멍이 뚫린 {}", "기포 자국이 있는 {}"]),
        [DefectType.Hole] = new(
            ["{} with a hole", "{} with holes", "punctured {}", "{} with a cavity", "torn {}"],
            ["구멍 난 {}", "구멍이 있는 {}", "뚫린 {}", "천공된 {}"]),
        [DefectType.Chip] = new(
            ["chipped {}", "{} with a chip", "{} with a broken edge", "{} with a break", "{} with a missing corner"],
            ["이 빠진 {}", "모서리가 깨진 {}", "깨진 {}", "떨어져 나간 {}"]),
        [DefectType.Fray] = new(
            ["frayed {}", "{} with a frayed edge", "{} with a ragged edge", "fraying {}"],
            ["해진 {}", "올이 풀린 {}", "가장자리가 거친 {}", "닳아 해진 {}"]),
        [DefectType.Stain] = new(
            ["stained {}", "{} with a stain", "dirty {}", "{} with oil", "{} with a water mark"],
            ["얼룩진 {}", "얼룩이 있는 {}", "더러워진 {}", "기름 묻은 {}"]),
        [DefectType.Spot] = new(
            ["spotted {}", "{} with a spot", "{} with spots", "{} with a mark", "{} with dots"],
            ["반점이 있는 {}", "점이 있는 {}", "자국이 있는 {}", "흑점이 있는 {}"]),
        [DefectType.Ink] = new(
            ["{} with ink", "{} with a pen mark", "scribbled {}", "{} with a marker line"],
            ["잉크가 묻은 {}", "펜 자국이 있는 {}", "낙서된 {}", "잉크 자국이 있는 {}"]),
        [DefectType.Smear] = new(
            ["smeared {}", "{} with a smear", "smudged {}", "{} with glue", "{} with grease"],
            ["번진 {}", "문질러진 {}", "접착제가 묻은 {}", "번짐이 있는 {}"]),
        [DefectType.Discolouration] = new(
            ["discoloured {}", "{} with discoloration", "faded {}", "{} with a wrong colour", "burnt {}"],
            ["변색된 {}", "변색이 있는 {}", "색이 다른 {}", "색이 바랜 {}"]),
        [DefectType.Uneven] = new(
            ["uneven {}", "{} with an uneven area", "{} with uneven brightness", "{} with a dark area", "{} with a bright area", "blotchy {}"],
            ["불균일한 {}", "고르지 않은 {}", "밝기가 고르지 않은 {}", "얼룩덜룩한 {}", "명암이 불균일한 {}"]),
        [DefectType.Burr] = new(
            ["{} with a burr", "{} with burrs", "{} with flash", "{} with excess material"],
            ["버가 있는 {}", "버 발생 {}", "거스러미가 있는 {}", "플래시가 있는 {}"]),
        [DefectType.MissingPart] = new(
            ["{} with a missing part", "incomplete {}", "{} with something missing", "{} with a missing component"],
            ["부품이 빠진 {}", "누락된 {}", "부품 누락 {}", "결품 {}"]),
        [DefectType.MisplacedPart] = new(
            ["{} with a misplaced part", "misaligned {}", "{} with a shifted part", "{} with a wrong position"],
            ["위치가 틀린 {}", "어긋난 {}", "오정렬된 {}", "부품이 틀어진 {}"]),
        [DefectType.BentPart] = new(
            ["bent {}", "{} with a bent leg", "{} with a bent pin", "deformed {}"], ["휘어진 {}", "다리가 휜 {}", "핀이 휜 {}", "변형된 {}"]),
        [DefectType.Fibre] = new(
            ["{} with a fibre", "{} with a hair", "{} with a thread", "{} with lint"],
            ["머리카락이 있는 {}", "실이 묻은 {}", "섬유가 묻은 {}", "보푸라기가 있는 {}"]),
        [DefectType.Particle] = new(
            ["contaminated {}", "{} with foreign matter", "{} with debris", "{} with dirt", "{} with a particle"],
            ["이물이 있는 {}", "이물질이 묻은 {}", "오염된 {}", "먼지가 묻은 {}"]),
        [DefectType.Wrinkle] = new(
            ["wrinkled {}", "{} with a wrinkle", "creased {}", "folded {}", "{} with a fold"],
            ["주름진 {}", "주름이 있는 {}", "접힌 {}", "구겨진 {}"]),
        [DefectType.PrintError] = new(
            ["{} with a print error", "misprinted {}", "{} with faulty print", "{} with a missing mark"],
            ["인쇄 불량 {}", "인쇄가 잘못된 {}", "오인쇄된 {}", "인쇄가 빠진 {}"]),
        [DefectType.ThreadPull] = new(
            ["{} with a pulled thread", "{} with a thread pull", "snagged {}", "{} with a loose thread"],
            ["실이 당겨진 {}", "올 뜯김이 있는 {}", "실이 튀어나온 {}", "올이 나간 {}"]),
        [DefectType.BrokenWeave] = new(
            ["{} with a broken weave", "{} with broken threads", "{} with a weaving fault", "torn {}"],
            ["직조 불량 {}", "올이 끊어진 {}", "조직이 끊어진 {}", "찢어진 {}"]),
        [DefectType.Corrosion] = new(
            ["corroded {}", "rusty {}", "{} with rust", "{} with corrosion", "oxidised {}"], ["부식된 {}", "녹슨 {}", "녹이 있는 {}", "산화된 {}"]),
        [DefectType.Blister] = new(
            ["{} with a blister", "{} with bubbles", "blistered {}", "{} with an air bubble"],
            ["기포가 있는 {}", "부풀어 오른 {}", "물집이 생긴 {}", "들뜬 {}"]),
        [DefectType.Wear] = new(
            ["worn {}", "abraded {}", "{} with a rough area", "{} with a texture defect", "{} with irregular texture", "rubbed {}"],
            ["마모된 {}", "닳은 {}", "거친 부분이 있는 {}", "질감이 불규칙한 {}", "쓸린 {}"]),
    };
}
