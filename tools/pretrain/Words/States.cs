namespace AdClip.Pretrain.Words;

/// <summary>Phrases for products that are as they should be, and for those that are not.</summary>
internal static class States
{
    /// <summary>The first ones are those of the portal's prompts, doubled so that they come often.</summary>
    public static Wording Normal { get; } = new(
        [
            "{}", "{}", "{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage",
            "normal {}", "good {}", "intact {}", "clean {}", "undamaged {}",
            "regular {}", "defect-free {}", "pristine {}", "spotless {}", "healthy {}", "sound {}",
            "{} in good condition", "{} with no anomaly", "{} that passed inspection",
            "{} without any defects", "{} with no damage", "acceptable {}", "ok {}", "even {}", "uniform {}",
        ],
        [
            "{}", "{}", "정상 {}", "정상적인 {}", "양품 {}", "좋은 {}", "완벽한 {}",
            "흠 없는 {}", "결함 없는 {}", "손상 없는 {}", "깨끗한 {}", "온전한 {}", "이상 없는 {}", "합격 {}",
            "균일한 {}", "불량이 없는 {}", "문제 없는 {}", "상태가 좋은 {}",
        ]);

    public static Wording Abnormal { get; } = new(
        [
            "damaged {}", "damaged {}", "damaged {}", "broken {}", "{} with flaw", "{} with defect", "{} with damage",
            "defective {}", "faulty {}", "abnormal {}", "flawed {}", "imperfect {}", "anomalous {}",
            "bad {}", "blemished {}", "spoiled {}", "rejected {}", "ruined {}", "unacceptable {}",
            "{} with an anomaly", "{} with a fault", "{} that failed inspection",
            "{} with defects", "{} with flaws", "{} with a blemish", "{} in bad condition", "ng {}",
        ],
        [
            "손상된 {}", "손상된 {}", "불량 {}", "불량 {}", "결함 있는 {}", "결함이 있는 {}",
            "파손된 {}", "비정상 {}", "비정상적인 {}", "이상 있는 {}", "흠 있는 {}", "하자 있는 {}", "나쁜 {}",
            "불합격 {}", "문제 있는 {}", "망가진 {}", "상태가 나쁜 {}", "훼손된 {}",
        ]);
}
