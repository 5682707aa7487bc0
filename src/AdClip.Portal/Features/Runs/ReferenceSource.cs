using AdClip.Portal.Storage;

namespace AdClip.Portal.Features.Runs;

/// <summary>Good images of a project that a downstream feature knows, offered wherever a run is asked what to compare with.</summary>
/// <remarks>Register with <c>services.AddSingleton(new ReferenceSource("Golden", typeof(TeachingText), GoldenSet.GoodAsync))</c>.</remarks>
/// <param name="Name">Names it in the text "References" + name, which gets their number.</param>
/// <param name="Texts">Marker class of that text.</param>
/// <param name="ReadAsync">Ids of the images of a project that are there at the moment.</param>
public sealed record ReferenceSource(string Name, Type Texts, Func<PortalDb, Guid, CancellationToken, Task<IReadOnlyList<Guid>>> ReadAsync);
