using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AdClip.Testing;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Training;

/// <summary>Prompts are learned where people see it, survive a stop and a power cut, and mean the same to the portal and to <c>adclip</c>.</summary>
public sealed partial class PromptTrainingTests(Chromium chromium, SharedPortal shared)
{
    private const int Epochs = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Samples => Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel");

    [Fact]
    public async Task Train_SampleProject_CurveStopGoOnPowerCutAndARunWithWhatCameOfIt()
    {
        await using var portal = new PortalProcess("--Samples:Enabled=true");
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var projectId = await SampleProjectAsync(client);

        var page = await chromium.SignedInAsync(portal);
        await page.GotoAsync($"/projects/{projectId}/training");
        await page.Locator("[data-learn=Both] input").CheckAsync();
        await page.Locator(".prompt-advanced summary").ClickAsync();
        await page.GetByLabel("Epochs", new() { Exact = true }).FillAsync($"{Epochs}");
        await page.GetByLabel("Epochs", new() { Exact = true }).PressAsync("Tab");
        await page.Locator(".start-training").ClickAsync();

        var training = page.Locator(".prompt-training");
        await training.Locator(".training-curves svg circle").First.WaitForAsync(new() { Timeout = 240_000 });
        await training.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Assertions.Expect(training).ToHaveAttributeAsync("data-state", "Cancelled", new() { Timeout = 120_000 });
        var kept = int.Parse((await training.GetAttributeAsync("data-epochs"))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(kept, 1, Epochs - 1);

        await training.Locator(".go-on").ClickAsync();
        await Assertions.Expect(training).ToHaveAttributeAsync("data-state", "Running", new() { Timeout = 120_000 });
        await Assertions.Expect(training).Not.ToHaveAttributeAsync("data-epochs", $"{kept}", new() { Timeout = 120_000 });
        portal.KillHard();
        await portal.StartAsync(Cancel);
        await page.GotoAsync($"/projects/{projectId}/training");
        await page.Locator(".prompt-training[data-state=Succeeded]").WaitForAsync(new() { Timeout = 240_000 });
        await Assertions.Expect(training).ToHaveAttributeAsync("data-epochs", $"{Epochs}");
        await Assertions.Expect(page.Locator("[data-detector]")).ToHaveCountAsync(1);

        await page.Locator(".project-tabs").GetByText("Inspect", new() { Exact = true }).ClickAsync();
        await page.Locator(".score-with").ClickAsync();
        await page.Locator(".mud-popover-open .mud-list-item").Nth(1).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.Locator(".job-card[data-state=Succeeded]", new() { HasTextRegex = DetectorTitle() }).WaitForAsync(new() { Timeout = 240_000 });
        var runs = (await client.GetFromJsonAsync<JsonNode>($"/api/v1/projects/{projectId}/runs", Cancel))!.AsArray();
        Assert.Equal(1, runs[0]!["detectorNumber"]!.GetValue<int>());
    }

    [Fact]
    public async Task Checkpoints_OfThePortalAndOfTheProgram_ScoreAlikeInBoth()
    {
        var projectId = await LearnableProjectAsync();
        var client = shared.Client;
        string[] images =
        [
            .. Directory.EnumerateFiles(Path.Combine(Samples, "test", "good")).Order(StringComparer.Ordinal).Take(3),
            .. Directory.EnumerateFiles(Path.Combine(Samples, "test", "scratch")).Order(StringComparer.Ordinal).Take(3),
        ];

        // Learned here, used by the program.
        using var started = await client.PostAsJsonAsync(
            $"/api/v1/projects/{projectId}/trainings", new { learn = "Prompts", prompts = new { epochs = 2, folds = 2 } }, Cancel);
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync(Cancel));
        var training = started.Headers.Location!.ToString();
        Assert.Equal("succeeded", await shared.EndAsync(training));
        var epoch = (await client.GetFromJsonAsync<JsonNode>($"{training}/epochs", Cancel))!.AsArray()[1]!;
        var ours = Path.Combine(shared.Process.DataFolder, "epoch_2.pth");
        await File.WriteAllBytesAsync(ours, await client.GetByteArrayAsync(epoch["fileUrl"]!.GetValue<string>(), Cancel), Cancel);
        await AssertAlikeAsync(projectId, images, ours, epoch["id"]!.GetValue<string>());

        // Learned by the program from the same images in the same order: the same file. And used here.
        var folder = Path.Combine(shared.Process.DataFolder, "learned");
        await AdclipAsync(
            "train", "--train_data_path", WriteDataSet(Path.Combine(shared.Process.DataFolder, "set")),
            "--save_path", folder, "--epoch", "2", "--folds", "2", "--model", Model);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder, "epoch_2.pth"), Cancel), await File.ReadAllBytesAsync(ours, Cancel));
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(folder, "epoch_1.pth"), Cancel));
        using var uploaded = await client.PostAsync($"/api/v1/projects/{projectId}/checkpoints?name=epoch_1.pth", body, Cancel);
        Assert.True(uploaded.StatusCode == HttpStatusCode.Created, await uploaded.Content.ReadAsStringAsync(Cancel));
        var theirs = (await uploaded.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["id"]!.GetValue<string>();
        await AssertAlikeAsync(projectId, images, Path.Combine(folder, "epoch_1.pth"), theirs);
    }

    private static string Model => Path.Combine(SharedFolder.RepositoryRoot, "data", "models", "adclip-mini");

    /// <summary>The samples as AnomalyCLIP lists a data set, in the portal's order: by SHA-256.</summary>
    private static string WriteDataSet(string root)
    {
        var entries = new JsonArray();
        foreach (var file in Directory.EnumerateFiles(Samples, "*.jpg", SearchOption.AllDirectories)
            .OrderBy(file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))), StringComparer.Ordinal))
        {
            var (name, defect) = (Path.GetFileNameWithoutExtension(file), Path.GetFileName(Path.GetDirectoryName(file)!));
            var mask = Path.Combine(Samples, "ground_truth", defect, $"{name}_mask.png");
            var isAnomaly = defect != "good";
            entries.Add(new JsonObject
            {
                ["img_path"] = Copy(file),
                ["mask_path"] = isAnomaly ? Copy(mask) : "",
                ["specie_name"] = defect,
                ["anomaly"] = isAnomaly ? 1 : 0,
            });
        }
        File.WriteAllText(
            Path.Combine(root, "meta.json"), new JsonObject { ["train"] = new JsonObject { ["steel"] = entries }, ["test"] = new JsonObject() }.ToJsonString());
        return root;

        string Copy(string file)
        {
            var relative = Path.GetRelativePath(Samples, file);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, relative))!);
            File.Copy(file, Path.Combine(root, relative));
            return relative;
        }
    }

    private async Task AssertAlikeAsync(Guid projectId, string[] images, string file, string checkpointId)
    {
        var client = shared.Client;
        var output = Path.Combine(shared.Process.DataFolder, $"predicted-{checkpointId}");
        await AdclipAsync(["predict", "--model", Model, "--checkpoint", file, "--out", output, "--images", .. images]);
        var predicted = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(output, "results.json"), Cancel))!["images"]!.AsArray();
        Assert.Equal(images.Length, predicted.Count);
        using var started = await client.PostAsJsonAsync(
            $"/api/v1/projects/{projectId}/runs", new { references = "none", prompts = new { kind = "Learned", checkpointId } }, Cancel);
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync(Cancel));
        var run = started.Headers.Location!.ToString();
        Assert.Equal("succeeded", await shared.EndAsync(run));
        var results = (await client.GetFromJsonAsync<JsonNode>($"{run}/results?limit=500", Cancel))!["items"]!
            .AsArray()
            .ToDictionary(result => result!["sha256"]!.GetValue<string>(), result => result!);
        foreach (var line in predicted)
        {
            // Both write the shortest text that reads back as the same bits.
            Assert.Equal(line!["score"]!.ToJsonString(), results[line["sha256"]!.GetValue<string>()]["score"]!.ToJsonString());
        }
    }

    /// <summary>The sample project, once its images are there and its first runs are done; without a split, so that all of it is learned from.</summary>
    private static async Task<string> SampleProjectAsync(HttpClient client)
    {
        while (true)
        {
            var project = (await client.GetFromJsonAsync<JsonNode>("/api/v1/projects", Cancel))!.AsArray().FirstOrDefault();
            if (project?["id"]?.GetValue<string>() is { } id
                && (await client.GetFromJsonAsync<JsonNode>($"/api/v1/projects/{id}/runs", Cancel))!.AsArray() is { Count: 2 } runs
                && runs.All(run => run!["state"]!.GetValue<string>() == "succeeded"))
            {
                await ClearSplitsAsync(client, id);
                return id;
            }
            await Task.Delay(250, Cancel);
        }
    }

    /// <summary>The same images with the same ground truth in a project of the shared portal.</summary>
    private async Task<Guid> LearnableProjectAsync()
    {
        var project = await shared.NewProjectAsync("Checkpoints");
        var files = Directory.EnumerateFiles(Samples, "*", SearchOption.AllDirectories)
            .OrderBy(file => file.Contains("ground_truth", StringComparison.Ordinal))
            .ThenBy(file => file, StringComparer.Ordinal);
        await shared.UploadFolderAsync(project, Samples, files);
        await ClearSplitsAsync(shared.Client, project.ToString());
        return project;
    }

    private static async Task ClearSplitsAsync(HttpClient client, string projectId)
    {
        var images = (await client.GetFromJsonAsync<JsonNode>($"/api/v1/projects/{projectId}/images?limit=500", Cancel))!["items"]!.AsArray();
        using var cleared = await client.PostAsJsonAsync(
            $"/api/v1/projects/{projectId}/images/split",
            new { imageIds = images.Select(image => image!["id"]!.GetValue<string>()), split = "unassigned" },
            Cancel);
        cleared.EnsureSuccessStatusCode();
    }

    /// <summary>The program, started as people start it.</summary>
    private static async Task AdclipAsync(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "adclip.dll") },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, errors + await output);
    }

    [GeneratedRegex("Detector 1|detector 1")]
    private static partial Regex DetectorTitle();
}
