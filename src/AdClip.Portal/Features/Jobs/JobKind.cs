namespace AdClip.Portal.Features.Jobs;

/// <summary>One kind of job; its feature registers it with AddJob.</summary>
/// <param name="Name">As stored in <see cref="JobRecord.Kind"/>; never changes.</param>
/// <param name="Handler">The <see cref="IJobHandler"/> that does the work; resolved from a scope of its own.</param>
/// <param name="Texts">Marker class of the texts: "JobTitle" + name, and every message code that the handler uses.</param>
public sealed record JobKind(string Name, Type Handler, Type Texts);
