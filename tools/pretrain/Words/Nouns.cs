using AdClip.Pretrain.Generation;

namespace AdClip.Pretrain.Words;

/// <summary>What products are called.</summary>
internal static class Nouns
{
    /// <summary>By <see cref="Family.Key"/>.</summary>
    public static IReadOnlyDictionary<string, Wording> Of { get; } = new Dictionary<string, Wording>
    {
        ["brushed metal"] = new(
            ["brushed metal", "brushed steel", "steel plate", "brushed aluminium", "metal sheet"],
            ["브러시드 메탈", "브러시드 스틸", "헤어라인 강판", "강판", "금속판", "알루미늄판"]),
        ["cast metal"] = new(
            ["cast metal", "casting", "die casting", "iron casting", "metal surface"],
            ["주물", "주조품", "다이캐스팅", "주철 표면", "금속 표면"]),
        ["rolled sheet"] = new(
            ["rolled sheet", "steel strip", "cold-rolled steel", "sheet metal", "steel surface"],
            ["압연 강판", "냉연 강판", "강대", "철판", "강재 표면"]),
        ["turned metal"] = new(
            ["turned metal", "machined surface", "milled surface", "lathe part", "machined part"],
            ["선반 가공면", "가공면", "절삭면", "밀링면", "기계 가공품"]),
        ["ground metal"] = new(
            ["ground metal", "ground surface", "lapped surface", "hard alloy", "sintered part"],
            ["연삭면", "연마면", "소결품", "초경 합금", "연삭 금속"]),
        ["polished metal"] = new(
            ["polished metal", "plated surface", "chrome surface", "smooth metal"], ["광택 금속", "도금 표면", "크롬 표면", "매끈한 금속"]),
        ["ground plate"] = new(
            ["ground plate", "grey plate", "sintered plate", "ceramic plate", "ferrite plate", "hard plate"],
            ["연삭판", "회색 판", "소결판", "세라믹 판", "페라이트 판", "판재"]),
        ["wafer"] = new(
            ["wafer", "silicon wafer", "crystalline wafer", "semiconductor wafer", "substrate"],
            ["웨이퍼", "실리콘 웨이퍼", "결정질 웨이퍼", "반도체 웨이퍼", "기판"]),
        ["circuit board"] = new(
            ["circuit board", "printed circuit board", "PCB", "board", "electronic board"],
            ["회로 기판", "인쇄 회로 기판", "전자 기판", "보드", "기판"]),
        ["panel"] = new(
            ["panel", "housing", "cover plate", "front panel", "enclosure"], ["패널", "하우징", "커버 플레이트", "전면 패널", "케이스"]),
        ["seam"] = new(
            ["seam", "stitched seam", "sewn fabric", "stitching", "upholstery"], ["봉제선", "재봉선", "바느질", "봉제 원단", "시트 커버"]),
        ["woven fabric"] = new(["fabric", "woven fabric", "textile", "cloth", "denim", "canvas"], ["직물", "원단", "섬유", "천", "데님", "캔버스"]),
        ["knit"] = new(["knit", "knitted fabric", "jersey", "sweater"], ["니트", "편물", "저지 원단", "스웨터"]),
        ["carpet"] = new(["carpet", "rug", "pile fabric", "car mat"], ["카펫", "러그", "파일 원단", "차량 매트"]),
        ["leather"] = new(["leather", "hide", "artificial leather", "leather cover"], ["가죽", "인조 가죽", "피혁", "가죽 커버"]),
        ["nonwoven"] = new(["felt", "nonwoven", "filter mat", "insulation", "fleece"], ["부직포", "펠트", "필터", "단열재", "플리스"]),
        ["plastic"] = new(
            ["plastic", "plastic part", "moulded part", "plastic surface", "injection part"],
            ["플라스틱", "플라스틱 부품", "사출품", "플라스틱 표면", "성형품"]),
        ["painted surface"] = new(
            ["painted surface", "paint", "coating", "lacquered panel", "car body"], ["도장면", "페인트", "코팅면", "도막", "차체"]),
        ["rubber"] = new(
            ["rubber", "rubber sheet", "tyre", "conveyor belt", "rubber mat"], ["고무", "고무판", "타이어", "컨베이어 벨트", "고무 매트"]),
        ["paper"] = new(["paper", "cardboard", "sheet of paper", "board paper", "tissue"], ["종이", "판지", "골판지", "용지", "티슈"]),
        ["ceramic"] = new(["ceramic", "porcelain", "glazed surface", "stoneware", "enamel"], ["세라믹", "도자기", "유약 표면", "자기", "법랑"]),
        ["glass"] = new(
            ["glass", "glass pane", "window glass", "lens", "display glass"], ["유리", "유리판", "창유리", "렌즈", "디스플레이 유리"]),
        ["film"] = new(["film", "foil", "plastic film", "membrane", "electrode sheet"], ["필름", "포일", "비닐 필름", "분리막", "전극 시트"]),
        ["concrete"] = new(["concrete", "cement", "pavement", "wall", "mortar"], ["콘크리트", "시멘트", "포장면", "벽면", "모르타르"]),
        ["marble"] = new(["marble", "stone slab", "polished stone", "countertop"], ["대리석", "석판", "연마석", "상판"]),
        ["granite"] = new(["granite", "terrazzo", "composite stone", "speckled board"], ["화강암", "테라조", "인조석", "점박이 판"]),
        ["wood"] = new(["wood", "timber", "veneer", "plank", "parquet"], ["목재", "나무", "무늬목", "판자", "마루"]),
        ["foam"] = new(["foam", "sponge", "foam block", "cushion"], ["폼", "스펀지", "발포재", "쿠션"]),
        ["rough surface"] = new(
            ["rough surface", "plaster", "stucco", "sandpaper", "abrasive"], ["거친 표면", "석고", "회반죽", "사포", "연마재"]),
        ["mesh"] = new(["mesh", "grid", "wire mesh", "screen", "grating"], ["메시", "그리드", "철망", "망", "격자"]),
        ["perforated sheet"] = new(
            ["perforated sheet", "perforated metal", "punched plate", "speaker grille"], ["타공판", "천공판", "펀칭 메탈", "스피커 그릴"]),
        ["ribbed sheet"] = new(["ribbed sheet", "corrugated sheet", "louvre", "heat sink"], ["골판", "주름판", "루버", "방열판"]),
        ["studded plate"] = new(
            ["studded plate", "tread plate", "knurled surface", "embossed sheet"], ["체크 플레이트", "무늬 강판", "널링면", "엠보싱 시트"]),
        ["composite"] = new(["composite", "carbon fibre", "laminate", "fibreglass"], ["복합재", "탄소 섬유", "적층판", "유리 섬유"]),
        ["printed sheet"] = new(
            ["printed sheet", "print", "wallpaper", "patterned paper", "packaging"], ["인쇄물", "인쇄 시트", "벽지", "무늬 종이", "포장재"]),
        ["nut"] = new(["nut", "metal nut", "hex nut", "fastener"], ["너트", "금속 너트", "육각 너트", "체결 부품"]),
        ["washer"] = new(["washer", "disc", "spacer", "metal disc"], ["와셔", "디스크", "스페이서", "금속 원판"]),
        ["gear"] = new(["gear", "gear wheel", "cogwheel", "sprocket"], ["기어", "톱니바퀴", "치차", "스프로킷"]),
        ["screw"] = new(["screw", "bolt", "threaded part", "wood screw"], ["나사", "볼트", "나사 부품", "목나사"]),
        ["bracket"] = new(["bracket", "mounting plate", "stamped part", "sheet metal part"], ["브래킷", "장착판", "프레스 부품", "판금 부품"]),
        ["transistor"] = new(
            ["transistor", "power transistor", "electronic component", "regulator"],
            ["트랜지스터", "전력 트랜지스터", "전자 부품", "레귤레이터"]),
        ["chip package"] = new(["chip", "integrated circuit", "IC package", "microchip"], ["칩", "집적 회로", "IC 패키지", "마이크로칩"]),
        ["cable"] = new(["cable", "cable end", "wire", "power cable"], ["케이블", "케이블 단면", "전선", "전원 케이블"]),
        ["wire harness"] = new(["wire harness", "wires", "cable harness", "wiring"], ["와이어 하네스", "배선", "하네스", "전선 다발"]),
        ["connector"] = new(["connector", "plug", "socket", "pin header"], ["커넥터", "플러그", "소켓", "핀 헤더"]),
        ["resistor"] = new(["resistor", "diode", "axial component", "fuse"], ["저항", "다이오드", "리드 부품", "퓨즈"]),
        ["capsule"] = new(["capsule", "medicine capsule", "drug capsule"], ["캡슐", "약 캡슐", "의약품 캡슐"]),
        ["pill"] = new(["pill", "tablet", "medicine", "candy"], ["알약", "정제", "의약품", "사탕"]),
        ["bottle mouth"] = new(["bottle", "bottle mouth", "bottle neck", "can"], ["병", "병 입구", "병목", "캔"]),
        ["cap"] = new(["cap", "bottle cap", "lid", "closure"], ["뚜껑", "병뚜껑", "캡", "마개"]),
        ["zipper"] = new(["zipper", "zip fastener", "slide fastener"], ["지퍼", "지퍼 체인", "슬라이드 파스너"]),
        ["seal"] = new(["seal", "gasket", "o-ring", "rubber ring"], ["씰", "개스킷", "오링", "고무 링"]),
        ["button"] = new(["button", "shirt button", "knob"], ["단추", "셔츠 단추", "노브"]),
        ["biscuit"] = new(["biscuit", "cookie", "cracker", "nut kernel", "bread"], ["비스킷", "쿠키", "크래커", "견과", "빵"]),
        ["brush"] = new(["brush", "toothbrush", "bristles", "comb"], ["브러시", "칫솔", "솔", "빗"]),
        ["several parts"] = new(
            ["small parts", "parts", "pieces", "batch of parts", "tray of parts"],
            ["소형 부품", "부품들", "낱개 부품", "부품 묶음", "부품 트레이"]),
        ["label"] = new(["label", "sticker", "package", "barcode label"], ["라벨", "스티커", "포장", "바코드 라벨"]),
        ["spring"] = new(["spring", "coil spring", "coil"], ["스프링", "코일 스프링", "코일"]),
        ["flange"] = new(["flange", "pipe flange", "pump part", "valve part"], ["플랜지", "배관 플랜지", "펌프 부품", "밸브 부품"]),
        ["bearing"] = new(["bearing", "ball bearing", "roller bearing"], ["베어링", "볼 베어링", "롤러 베어링"]),
    };

    /// <summary>Words that fit any product; "object" is the one that prompts without a name use.</summary>
    public static Wording Generic { get; } = new(
        [
            "object", "object", "object", "object", "surface", "part", "item",
            "product", "sample", "texture", "component", "material", "workpiece", "thing", "piece",
        ],
        ["물체", "물체", "제품", "제품", "표면", "부품", "샘플", "시료", "소재", "가공품", "물건", "자재"]);

    private static readonly string[] Starts = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "cr", "br", "sh", "ch"];
    private static readonly string[] Middles = ["a", "e", "i", "o", "u", "ai", "ea", "oo"];
    private static readonly string[] Ends = ["", "", "n", "r", "l", "t", "x", "ck", "nd", "st", "m"];

    /// <summary>A name that nobody has used: a learner must not rely on knowing the product.</summary>
    public static string Made(Rng rng)
    {
        switch (rng.Below(4))
        {
            case 0:
                return $"{(char)('a' + rng.Below(26))}{(char)('a' + rng.Below(26))}{(rng.Chance(0.5f) ? "-" : "")}{rng.Whole(1, 9999)}";
            case 1:
                // Any syllables of the Korean alphabet, the plain ones first.
                return string.Concat(Enumerable.Range(0, rng.Whole(2, 4))
                    .Select(_ => (char)(0xAC00 + (((rng.Below(19) * 21) + rng.Below(14)) * 28) + rng.Pick(0, 0, 0, 1, 4, 8, 16, 21))));
            default:
                var name = string.Concat(
                    Enumerable.Range(0, rng.Whole(1, 3)).Select(_ => rng.Pick<string>(Starts) + rng.Pick<string>(Middles) + rng.Pick<string>(Ends)));
                return rng.Chance(0.4f) ? $"{name} {rng.Pick<string>([.. Generic.English])}" : name;
        }
    }
}
