using System.CommandLine;
using System.Globalization;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;

namespace AdClip.Cli;

/// <summary>The options that choose a model and how its encoder runs; the same for every command.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "Weight file, or folder that holds one; by default the embedded model",
        // Asked for only where the option is missing.
        DefaultValueFactory = result => EmbeddedModel.Find() ?? Missing(result),
    };

    private readonly Option<int?> _imageSize = new("--image-size", "--image_size") { Description = "Side of the square input in pixels" };
    private readonly Option<int?> _dpam = new("--dpam") { Description = "The last K-1 blocks run the value-value path; 0: none, plain CLIP tokens" };
    private readonly Option<string?> _vocabulary = new("--vocabulary") { Description = "Folder of the tokenizer's files, if they are not beside the weights" };
    private readonly Option<string> _device = new("--device")
    {
        Description = "What encodes the images: auto, cpu, cuda, cuda:N or directml",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<string[]> _layers = new("--layers", "--features_list")
    {
        Description = "Blocks, counted from 1, whose patch tokens are used: 2,4,6",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _precision = new("--precision")
    {
        Description = "float32; float16, for graphics processors; or int8: 8-bit matrix products, "
            + "about twice as fast; whether they are good enough for your images is told by check-precision",
        DefaultValueFactory = _ => "float32",
    };

    public ModelOptions()
    {
        _precision.AcceptOnlyFromAmong("float32", "float16", "int8");
        _device.Validators.Add(result =>
        {
            try
            {
                DeviceWish.Parse(result.GetValueOrDefault<string>());
            }
            catch (RefusedInputException refused)
            {
                result.AddError(refused.Message);
            }
        });
        _layers.Validators.Add(result =>
        {
            if (result.Tokens.SelectMany(token => token.Value.Split(','))
                .Any(text => !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                result.AddError($"--layers needs whole numbers, as in 2,4,6; got '{string.Join(' ', result.Tokens)}'.");
            }
        });
    }

    private static string Missing(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("Name a weight file or its folder with --model: the embedded model is not beside the program.");
        return "";
    }

    public void AddModel(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_vocabulary);
    }

    public void AddAll(Command command)
    {
        AddModel(command);
        command.Options.Add(_imageSize);
        command.Options.Add(_dpam);
        command.Options.Add(_layers);
        command.Options.Add(_device);
    }

    public void AddPrecision(Command command) => command.Options.Add(_precision);

    public DetectionModel Open(ParseResult parsed, Func<DetectorOptions, DetectorOptions>? change = null)
    {
        var layers = parsed.GetValue(_layers);
        var options = new DetectorOptions(
            parsed.GetValue(_imageSize),
            parsed.GetValue(_dpam),
            layers is { Length: > 0 } ? [.. layers.SelectMany(text => text.Split(',')).Select(text => int.Parse(text, CultureInfo.InvariantCulture))] : null,
            VocabularyFolder: parsed.GetValue(_vocabulary),
            Session: new SessionSettings(
                Device: DeviceWish.Parse(parsed.GetValue(_device) ?? "auto"),
                Precision: parsed.GetValue(_precision) switch
                {
                    "int8" => Precision.Int8,
                    "float16" => Precision.Float16,
                    _ => Precision.Float32,
                }));
        var detector = DetectionModel.Open(parsed.GetRequiredValue(_model), change?.Invoke(options) ?? options);
        if (detector.Execution.Device.Kind != DeviceKind.Cpu)
        {
            // Only a session tells whether the device works.
            detector.WarmUp();
        }
        if (detector.Execution.Fallback is { } fallback)
        {
            Console.Error.WriteLine($"adclip: warning: {fallback}");
        }
        return detector;
    }
}
