using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AdClip.Portal.Features.Inspectors;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Inspectors;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Runs;

/// <summary>A model without words: it compares with good images alone, and says so where one would choose words.</summary>
public sealed class WordlessModelTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private const string Model = "resnet18-imagenet";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WithGoodImages_HasTheScorersScoresBitForBitAndSaysWhatWasChosen()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, goodFiles, files) = await ProjectAsync(host, client);

        var run = await RunTests.RunAsync(client, project.Id, Asked(3));

        Assert.Equal(("succeeded", 7, 0, Model, 3), (run.State, run.Done, run.Refused, run.Model, run.ReferenceCount));
        using var model = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", Model));
        var references = goodFiles.OrderBy(Sha256, StringComparer.Ordinal).Take(3).Select(file => model.OpenGood(file, Sha256(file))).ToList();
        var scorer = model.CreateGoodScorer(references, new GoodOptions(), cancel: Cancel);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        foreach (var file in files)
        {
            var sha256 = Sha256(file);
            var result = results.Single(one => one.Sha256 == sha256);
            Assert.Equal(scorer.Score(model.EncodeFile(file), sha256).Score, result.Score);
        }
        var summary = (await host.Services.GetRequiredService<RunBoard>().FindAsync(run.Id, Cancel))!;
        Assert.Equal(OrientationChoice.Auto, summary.Settings.Orientations);
        Assert.Equal(scorer.Report, summary.Settings.GoodFit);
    }

    [Fact]
    public async Task Run_Again_UsesTheKeptBankAndADamagedOneIsMadeAgain()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _) = await ProjectAsync(host, client);
        var run = await RunTests.RunAsync(client, project.Id, Asked(2));
        var first = await ScoresAsync(client, run);
        var bank = Path.Combine(host.Services.GetRequiredService<DataFolder>().Cache, "good", $"{run.ScoreIdentity}.bank");
        var whole = await File.ReadAllBytesAsync(bank, Cancel);

        await File.WriteAllBytesAsync(bank, whole[..(whole.Length / 2)], Cancel);
        // Other plans in between, so many that the scorer in memory is gone.
        for (var good = 1; good <= 4; good++)
        {
            await RunTests.RunAsync(client, project.Id, Asked(good) with { Orientations = OrientationChoice.None });
        }
        Assert.Equal(first, await ScoresAsync(client, await RunTests.RunAsync(client, project.Id, Asked(2))));

        Assert.Equal(whole, await File.ReadAllBytesAsync(bank, Cancel));
    }

    [Fact]
    public async Task Run_OtherOrientations_IsAnotherIdentity()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _) = await ProjectAsync(host, client);

        var identities = new List<string>();
        foreach (var orientations in new OrientationChoice?[] { null, OrientationChoice.Auto, OrientationChoice.None, OrientationChoice.Flips })
        {
            identities.Add((await RunTests.RunAsync(client, project.Id, Asked(2) with { Orientations = orientations })).ScoreIdentity);
        }

        Assert.Equal(identities[0], identities[1]);
        Assert.Equal(3, identities.Distinct().Count());
    }

    [Fact]
    public async Task Inspect_InspectorMadeOfTheRun_GivesTheRunsScore()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _) = await ProjectAsync(host, client);
        var run = await RunTests.RunAsync(client, project.Id, Asked(3));
        var made = await InspectorSteps.MakeAsync(client, project.Id, new NewInspector(RunId: run.Id));
        await InspectorSteps.UseAsync(host, client, made, accept: true);

        var answer = await InspectorSteps.InspectAsync(client, project.Id);

        Assert.Equal((made.Id, run.ScoreIdentity), (answer.InspectorId, answer.ScoreIdentity));
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        Assert.Equal(results.Single(result => result.Sha256 == answer.Sha256).Score, answer.Score);
    }

    [Fact]
    public async Task Ask_ForWhatOnlyWordsCan_IsRefusedWithTheReason()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var (project, _, _) = await ProjectAsync(host, client);

        Assert.Equal("ModelHasNoWords", await CodeAsync("runs", new NewRun { Model = Model, References = ReferenceChoice.None }));
        Assert.Equal("ModelHasNoWords", await CodeAsync("runs", Asked(2) with { Prompts = new RunPrompts(PromptKind.Pair) }));
        Assert.Equal("TilesNeedWords", await CodeAsync("runs", Asked(2) with { Tiles = new RunTiles() }));
        Assert.Equal(
            "OrientationsNeedNoWords", await CodeAsync("runs", Asked(2) with { Model = "adclip-mini", Orientations = OrientationChoice.Flips }));
        Assert.Equal("ModelHasNoWords", await CodeAsync("trainings", new NewTraining { Model = Model }));

        async Task<string> CodeAsync<T>(string what, T request)
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/{what}", request, Cancel);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"]!.GetValue<string>();
        }
    }

    private static NewRun Asked(int good) => new() { Model = Model, References = ReferenceChoice.FirstGood, ReferenceCount = good };

    private static async Task<(ProjectAnswer Project, string[] GoodFiles, string[] Files)> ProjectAsync(PortalHost host, HttpClient client)
    {
        var project = await PortalHost.NewProjectAsync(client);
        string[] good = [.. SamplePlates.Good(4)], bad = [.. SamplePlates.Defective(3)];
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, good), ImageLabel.Good);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, bad), ImageLabel.Anomaly);
        return (project, good, [.. good, .. bad]);
    }

    private static async Task<List<(string, float)>> ScoresAsync(HttpClient client, RunAnswer run)
    {
        Assert.Equal("succeeded", run.State);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results?sort=image", Cancel))!.Items;
        return [.. results.Select(result => (result.Sha256, result.Score))];
    }

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
