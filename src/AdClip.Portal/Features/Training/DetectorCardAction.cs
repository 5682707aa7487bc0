namespace AdClip.Portal.Features.Training;

/// <summary>Something that a downstream feature lets people do with a trained detector on its card.</summary>
/// <remarks>
/// Register with <c>services.AddSingleton(new DetectorCardAction(typeof(X)))</c>. The component gets the parameters
/// <c>DetectorVersion Version</c> and <c>EventCallback Changed</c>, which it invokes once the detector was renamed or deleted.
/// </remarks>
/// <param name="Component">The component's type.</param>
public sealed record DetectorCardAction(Type Component);
