namespace AdClip.Pretrain.Words;

/// <summary>Phrases for one meaning in the two languages; <c>{}</c>, where there is one, is the product's place.</summary>
internal sealed record Wording(IReadOnlyList<string> English, IReadOnlyList<string> Korean);
