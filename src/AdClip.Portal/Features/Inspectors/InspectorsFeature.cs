using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Inspectors.Pages;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Training;

namespace AdClip.Portal.Features.Inspectors;

public static class InspectorsFeature
{
    public static IServiceCollection AddInspectors(this IServiceCollection services)
    {
        services.AddSingleton<InspectorBoard>();
        services.AddTransient<InspectorMaker>();
        services.AddSingleton<GateBoard>();
        services.AddSingleton<ProductionBook>();
        services.AddSingleton<DirectInspection>();
        services.AddTransient<InspectorsState>();
        services.AddTransient<DetectorActionsState>();
        services.AddTransient<IDetectorUses, InspectorsOfDetector>();
        services.AddTransient<IModelUses, InspectorsOfModel>();
        services.AddSingleton(new DetectorCardAction(typeof(DetectorActions)));
        services.AddJob<GateJob, InspectorsText>(GateJob.Kind);
        return services;
    }
}
