namespace AdClip.Portal.Features.Runs.Pages;

/// <summary>Which good images somebody wants, as the pages ask it.</summary>
public enum ReferenceWishKind
{
    /// <summary>Text alone.</summary>
    None,

    /// <summary>Those of the run that is scored again.</summary>
    Same,

    /// <summary>One of the usual numbers.</summary>
    First,

    /// <summary>Any number.</summary>
    Number,

    All,

    /// <summary>Those selected in the gallery.</summary>
    Selected,

    /// <summary>Those of a <see cref="ReferenceSource"/>.</summary>
    Source,
}

/// <summary>One answer to "compare with what?".</summary>
/// <param name="Count">For a number.</param>
/// <param name="Source">Name of the source.</param>
public sealed record ReferenceWish(ReferenceWishKind Kind, int Count = 0, string Source = "")
{
    /// <summary>As a request says it; the choice is null for "as before".</summary>
    public (ReferenceChoice? Choice, int? Count, IReadOnlyList<Guid>? Images) Asked(
        IReadOnlyList<Guid> selected, IReadOnlyDictionary<string, IReadOnlyList<Guid>> sources) => Kind switch
        {
            ReferenceWishKind.Same => (null, null, null),
            ReferenceWishKind.None => (ReferenceChoice.None, null, null),
            ReferenceWishKind.All => (ReferenceChoice.AllGood, null, null),
            ReferenceWishKind.Selected => (ReferenceChoice.Chosen, null, selected),
            ReferenceWishKind.Source => (ReferenceChoice.Chosen, null, sources.GetValueOrDefault(Source) ?? []),
            _ => (ReferenceChoice.FirstGood, Count, null),
        };
}
