using System.CommandLine;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Imaging;

namespace AdClip.Cli;

/// <summary><c>adclip predict</c>: scores, maps and heatmaps of images.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompts = new PromptOptions();
        var references = new Option<string[]>("--reference")
        {
            Description = "Good images to compare with: a folder, or files",
            AllowMultipleArgumentsPerToken = true,
        };
        var threshold = new Option<float?>("--threshold") { Description = "Label images with at least this score as anomaly" };
        var identity = new Option<string?>("--score_identity")
        {
            Description = "What the threshold was chosen on: scoreIdentity of a run, an inspector or a results.json; "
                + "scores of another identity are refused",
        };
        var area = new Option<string?>("--regions")
        {
            Description = "Inspect only this area of the images: the inspection area's JSON, as the portal downloads it",
        };
        var images = new Option<string[]>("--images")
        {
            Description = "Images to inspect: files, a folder, or a product in MVTec-AD layout",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<string>("--out")
        {
            Description = "Folder for results.json, results.csv, and NAME.heatmap.png and NAME.map.npy of each image",
            Required = true,
        };
        var tiles = new TileOptions();
        var orientations = new OrientationOption();
        var command = new Command("predict", "Score images, and show where they look abnormal") { references, threshold, identity, area, images, output };
        model.AddAll(command);
        model.AddPrecision(command);
        prompts.Add(command);
        tiles.Add(command);
        orientations.Add(command);
        command.SetAction((parsed, cancellation) =>
        {
            var inspected = ImageFiles.ToInspect(parsed.GetValue(images)!);
            var good = parsed.GetValue(references) is { Length: > 0 } paths ? ImageFiles.Good(paths) : [];
            var regions = RegionsFile.Read(parsed.GetValue(area));
            using var detector = model.Open(parsed);
            var settings = prompts.Read(parsed);
            var alone = orientations.ReadFor(parsed, detector, settings, good.Count);
            var tiling = tiles.Read(parsed, detector.Model, inspected);
            if (alone is null)
            {
                // Before the images are encoded, so that a wrong checkpoint is told at once.
                detector.RequireWords().EncodePrompts(settings);
            }
            else if (tiling is not null)
            {
                throw new RefusedInputException(
                    RefusalCode.ModelHasNoWords, "Tiles are compared with words; where good images alone are compared with, leave out --tile-size.",
                    detector.Model.Name);
            }
            var folder = Directory.CreateDirectory(parsed.GetRequiredValue(output)).FullName;
            string[] hashes = [.. good.Select(image => FileHash.Sha256(image.Path))];
            var scores = alone is null
                ? ScoreIdentity.OfModel(detector.EncoderId, detector.RequireWords().TextIdOf(settings), hashes, regions, tiling)
                : ScoreIdentity.OfGood(detector.EncoderId, hashes, alone, regions);
            CheckSame(parsed.GetValue(identity), scores);
            var whole = new WholeInspection(detector, regions, alone);
            IInspection inspection = tiling is null ? whole : new TileInspection(detector, tiling, regions);

            inspection.Learn(settings, good, hashes, cancellation);
            var results = new ResultLine[inspected.Count];
            inspection.Each(
                inspected, (i, look) => results[i] = Result(inspected[i], look, good.Count > 0, alone is null, parsed.GetValue(threshold), folder),
                cancellation);
            ResultFiles.Write(
                folder, detector.Model, scores, alone is null ? settings : null, whole.Report, tiling, good, hashes, parsed.GetValue(threshold), regions,
                results);
            if (whole.Report is { } found)
            {
                Console.WriteLine(OrientationOption.Sentence(found));
            }
            foreach (var uncompared in results.Where(result => result.ComparedWithNoGoodImage == true))
            {
                Console.Error.WriteLine(
                    $"adclip: {uncompared.File}: compared with no good image, because it is the only reference; "
                    + (uncompared.Score is null ? "it has no score" : "its score is that of the texts alone, on another scale"));
            }
            foreach (var refused in results.Where(result => result.Refusal is not null))
            {
                Console.Error.WriteLine($"adclip: {refused.File}: {refused.Refusal}");
            }
            return Task.FromResult(results.Any(result => result.Refusal is not null) ? CommandLine.Refused : CommandLine.Done);
        });
        return command;
    }

    // A threshold means nothing on another scale, and nothing would show it.
    private static void CheckSame(string? wanted, string scores)
    {
        if (wanted is not null && !string.Equals(wanted.Trim(), scores, StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedInputException(
                RefusalCode.ThresholdOfOtherScores,
                $"The threshold holds for scores of identity {wanted}, these would be of {scores}: the model, its settings, texts, good images, "
                + $"area or tiles differ. Make them equal, or choose a threshold on these scores.",
                wanted, scores);
        }
    }

    // One image that cannot be read does not cost the others their results.
    private static ResultLine Result(ImageFile image, Func<string, Detection> look, bool hasGood, bool hasWords, float? threshold, string folder)
    {
        var sha256 = FileHash.Sha256(image.Path);
        try
        {
            var detection = look(sha256);
            var size = ImageDecoder.Identify(image.Path);
            var (heatmap, map) = ($"{image.Name}.heatmap.png", $"{image.Name}.map.npy");
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, map))!);
            File.WriteAllBytes(Path.Combine(folder, heatmap), Heatmap.Render(detection.Map.Values, detection.Map.Width, detection.Map.Height, ColourMap.Ember));
            NpyWriter.Write(Path.Combine(folder, map), detection.Map.Values, detection.Map.Height, detection.Map.Width);
            var isUncompared = hasGood && detection.FewShotScore is null;
            var label = threshold is { } limit && !isUncompared ? detection.Score >= limit ? "anomaly" : "good" : null;
            return new ResultLine
            {
                File = image.Path,
                Sha256 = sha256,
                Score = isUncompared && !hasWords ? null : detection.Score,
                ZeroShotScore = hasWords ? detection.ZeroShotScore : null,
                FewShotScore = detection.FewShotScore,
                ClassProbability = hasWords ? detection.ClassProbability : null,
                Label = label,
                Heatmap = heatmap,
                Map = map,
                Width = size.Width,
                Height = size.Height,
                MapWidth = detection.Map.Width,
                MapHeight = detection.Map.Height,
                ComparedWithNoGoodImage = isUncompared ? true : null,
            };
        }
        catch (RefusedInputException refusal)
        {
            return new ResultLine
            {
                File = image.Path,
                Sha256 = sha256,
                Refusal = refusal.Message,
            };
        }
    }
}
