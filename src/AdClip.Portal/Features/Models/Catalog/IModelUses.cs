namespace AdClip.Portal.Features.Models.Catalog;

/// <summary>Tells what works with a model, before somebody deletes it. Each feature that keeps a model's id brings one.</summary>
public interface IModelUses
{
    /// <summary>What uses the model, in the current language; empty: nothing of this feature does.</summary>
    Task<IReadOnlyList<ModelUse>> OfAsync(string modelId, CancellationToken cancel);
}

/// <summary>One kind of thing that uses a model.</summary>
/// <param name="Sentence">A whole sentence: how many, which, and what the deletion does to them.</param>
/// <param name="Need">How much it matters.</param>
public sealed record ModelUse(string Sentence, ModelNeed Need);

/// <summary>What the deletion of a model would do to what uses it.</summary>
public enum ModelNeed
{
    /// <summary>Nothing that people would miss.</summary>
    Told,

    /// <summary>It works no longer, or with another model: people have to agree.</summary>
    Needed,

    /// <summary>It works at this moment or waits to: the model cannot be deleted.</summary>
    AtWork,
}
