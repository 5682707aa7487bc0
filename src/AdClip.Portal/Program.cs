using AdClip.Portal.Features.Accounts;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Dashboard;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Evaluation.Comparison;
using AdClip.Portal.Features.Evaluation.OutOfFold;
using AdClip.Portal.Features.Exports;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Features.Review.Teaching;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Samples;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Stages;
using AdClip.Portal.Shell;
using AdClip.Portal.Shell.Refusals;
using AdClip.Portal.Storage;
using Microsoft.Extensions.Options;
using Prometheus;

// Settings and static files lie beside the program, wherever it is started from; a test host says where they lie.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = args.Any(argument => argument.StartsWith("--contentRoot", StringComparison.OrdinalIgnoreCase)) ? null : AppContext.BaseDirectory,
});
builder.WebHost.UseStaticWebAssets();
// A service that a feature needs and no feature registers ends the start, not the first request that needs it.
builder.Host.UseDefaultServiceProvider((host, options) =>
    (options.ValidateOnBuild, options.ValidateScopes) = (true, host.HostingEnvironment.IsDevelopment()));
var isStarted = false;
builder.AddStartFaults(() => isStarted);
builder.Services.AddShell();
builder.Services.AddStorage();
builder.Services.AddAccounts();
builder.Services.AddProjects();
builder.Services.AddImages();
builder.Services.AddAnnotations();
builder.Services.AddJobs();
builder.Services.AddModels();
builder.Services.AddTraining();
builder.Services.AddStages();
builder.Services.AddRuns();
builder.Services.AddInspectors();
builder.Services.AddEvaluation();
builder.Services.AddComparison();
builder.Services.AddReview();
builder.Services.AddExports();
builder.Services.AddDashboard();
builder.Services.AddSamples();

var app = builder.Build();
app.Lifetime.ApplicationStarted.Register(() => isStarted = true);
try
{
    // All wrong settings at once, before anything is touched.
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    await app.Services.PrepareStorageAsync();
    await app.Services.PrepareAccountsAsync();
    await app.Services.PrepareJobsAsync();
    await app.Services.PrepareSamplesAsync();

    app.UseShell();
    app.UseHttpMetrics();
    app.MapShell();
    app.MapStorage();
    app.MapMetrics().AllowAnonymous();
    app.MapAccounts();
    var api = app.MapApi();
    api.MapProjects();
    api.MapImages();
    api.MapAnnotations();
    api.MapInspectionArea();
    api.MapModels();
    api.MapTraining();
    api.MapStages();
    api.MapRuns();
    api.MapInspectors();
    api.MapEvaluation();
    api.MapOutOfFold();
    api.MapComparison();
    api.MapTeaching();
    api.MapExports();

    await app.RunAsync();
    return 0;
}
catch (Exception fault) when (!isStarted && StartFault.Sentences(fault) is { Count: > 0 } sentences)
{
    foreach (var sentence in sentences)
    {
        await Console.Error.WriteLineAsync($"AdClip Portal did not start: {sentence}");
    }
    return StartFault.ExitCode;
}

/// <summary>Named so that tests can start the portal.</summary>
public partial class Program;
