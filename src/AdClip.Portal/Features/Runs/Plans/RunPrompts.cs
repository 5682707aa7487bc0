using System.Text.Json.Serialization;
using AdClip.Vision.Detection;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>The words that a run compares images with, besides the name of the product.</summary>
/// <param name="Kind">Where the texts come from.</param>
/// <param name="Normal">Phrases for a good product, with <c>{}</c> for its name; for <see cref="PromptKind.Lists"/>.</param>
/// <param name="Abnormal">Phrases for a defective product; for <see cref="PromptKind.Lists"/>.</param>
/// <param name="Templates">Sentences with <c>{}</c> for a phrase; null: "{}." alone.</param>
/// <param name="Checkpoint">File name of learned prompts in the model's folder of checkpoints; for
/// <see cref="PromptKind.Learned"/>. With <paramref name="CheckpointId"/> their name, not asked for.</param>
/// <param name="CheckpointSha256">Of that file when the run was made; not asked for.</param>
/// <param name="CheckpointId">Learned prompts of the project instead of a file.</param>
public sealed record RunPrompts(
    [property: JsonConverter(typeof(JsonStringEnumConverter<PromptKind>))] PromptKind Kind = PromptKind.ModelDefault,
    IReadOnlyList<string>? Normal = null,
    IReadOnlyList<string>? Abnormal = null,
    IReadOnlyList<string>? Templates = null,
    string? Checkpoint = null,
    string? CheckpointSha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? CheckpointId = null)
{
    /// <summary>Without what its kind does not use, empty lines and spaces around phrases.</summary>
    public RunPrompts Cleaned() => Kind switch
    {
        PromptKind.Lists => new RunPrompts(Kind, Phrases(Normal), Phrases(Abnormal), Phrases(Templates) is { Count: > 0 } templates ? templates : null),
        PromptKind.Learned => new RunPrompts(Kind, Checkpoint: Checkpoint, CheckpointSha256: CheckpointSha256, CheckpointId: CheckpointId),
        _ => new RunPrompts(Kind),
    };

    /// <param name="checkpointFile">Full path of <see cref="Checkpoint"/>.</param>
    public PromptSettings For(string objectName, string? checkpointFile) => new(Kind, objectName, Normal, Abnormal, Templates, checkpointFile);

    private static List<string> Phrases(IReadOnlyList<string>? lines) =>
        [.. (lines ?? []).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal)];
}
