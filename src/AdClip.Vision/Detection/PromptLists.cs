namespace AdClip.Vision.Detection;

/// <summary>Phrases for the two states and the sentences that they are put into; <c>{}</c> marks the place.</summary>
internal sealed record PromptLists(IReadOnlyList<string> Normal, IReadOnlyList<string> Abnormal, IReadOnlyList<string> Templates)
{
    private const string Place = "{}";

    public static PromptLists Pair { get; } = new(["{}"], ["damaged {}"], ["{}."]);

    /// <summary>The compositional ensemble of WinCLIP (Jeong et al., CVPR 2023, table 8) as AnomalyCLIP's code has it.</summary>
    public static PromptLists WinClip { get; } = new(
        ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage"],
        ["damaged {}", "broken {}", "{} with flaw", "{} with defect", "{} with damage"],
        [
            "a bad photo of a {}.", "a low resolution photo of the {}.", "a bad photo of the {}.", "a cropped photo of the {}.",
            "a bright photo of a {}.", "a dark photo of the {}.", "a photo of my {}.", "a photo of the cool {}.",
            "a close-up photo of a {}.", "a black and white photo of the {}.", "a bright photo of the {}.", "a cropped photo of a {}.",
            "a jpeg corrupted photo of a {}.", "a blurry photo of the {}.", "a photo of the {}.", "a good photo of the {}.",
            "a photo of one {}.", "a close-up photo of the {}.", "a photo of a {}.", "a low resolution photo of a {}.",
            "a photo of a large {}.", "a blurry photo of a {}.", "a jpeg corrupted photo of the {}.", "a good photo of a {}.",
            "a photo of the small {}.", "a photo of the large {}.", "a black and white photo of a {}.", "a dark photo of a {}.",
            "a photo of a cool {}.", "a photo of a small {}.", "there is a {} in the scene.", "there is the {} in the scene.",
            "this is a {} in the scene.", "this is the {} in the scene.", "this is one {} in the scene.",
        ]);

    public static PromptLists From(PromptSettings settings)
    {
        if (settings.Normal is not { Count: > 0 } || settings.Abnormal is not { Count: > 0 })
        {
            throw new RefusedInputException(RefusalCode.PromptsEmpty, "The list of normal or of abnormal phrases is empty; give at least one of each.");
        }
        return new PromptLists(settings.Normal, settings.Abnormal, settings.Templates is { Count: > 0 } ? settings.Templates : Pair.Templates);
    }

    /// <summary>Every phrase in every template, phrase by phrase.</summary>
    public IEnumerable<string> Sentences(IReadOnlyList<string> phrases, string productName)
        => from phrase in phrases
           let state = phrase.Replace(Place, productName, StringComparison.Ordinal)
           from template in Templates
           select template.Replace(Place, state, StringComparison.Ordinal);
}
