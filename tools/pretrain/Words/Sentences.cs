namespace AdClip.Pretrain.Words;

/// <summary>Sentences that a phrase is put into: the portal's own and some beside them.</summary>
internal static class Sentences
{
    public static Wording All { get; } = new(
        [
            "{}.", "{}.", "{}.", "{}", "a {}", "the {}", "a bad photo of a {}.", "a low resolution photo of the {}.",
            "a bad photo of the {}.", "a cropped photo of the {}.", "a bright photo of a {}.",
            "a dark photo of the {}.", "a photo of my {}.", "a photo of the cool {}.",
            "a close-up photo of a {}.", "a black and white photo of the {}.", "a bright photo of the {}.",
            "a cropped photo of a {}.", "a jpeg corrupted photo of a {}.", "a blurry photo of the {}.",
            "a photo of the {}.", "a good photo of the {}.", "a photo of one {}.",
            "a close-up photo of the {}.", "a photo of a {}.", "a low resolution photo of a {}.",
            "a photo of a large {}.", "a blurry photo of a {}.", "a jpeg corrupted photo of the {}.",
            "a good photo of a {}.", "a photo of the small {}.", "a photo of the large {}.",
            "a black and white photo of a {}.", "a dark photo of a {}.", "a photo of a cool {}.",
            "a photo of a small {}.", "there is a {} in the scene.", "there is the {} in the scene.",
            "this is a {} in the scene.", "this is the {} in the scene.", "this is one {} in the scene.",
            "a photo of a {} for visual inspection.", "a photo of the {} for anomaly detection.", "an image of a {}.", "inspection image of a {}.",
        ],
        [
            "{}.", "{}.", "{}", "{} 사진.", "{}의 사진.", "{} 이미지.", "{} 검사 사진.",
            "{}의 근접 사진.", "{}의 흑백 사진.", "{}의 어두운 사진.", "{}의 밝은 사진.", "{}의 흐릿한 사진.", "검사할 {}.",
            "이것은 {}입니다.", "화면에 {} 하나가 있다.", "{}의 잘라낸 사진.", "작은 {} 사진.", "큰 {} 사진.",
        ]);
}
