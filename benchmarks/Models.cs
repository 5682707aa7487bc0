using AdClip.Vision.Backbones;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>A model to be measured.</summary>
/// <param name="Name">For the table.</param>
/// <param name="File">Its weight file.</param>
/// <param name="Settings">How it is run.</param>
/// <param name="Rounds">How often each candidate is run.</param>
internal sealed record MeasuredModel(string Name, string File, ImageEncoderSettings Settings, int Rounds)
{
    public string Title => $"{Name}@{Settings.ImageSize}";
}

/// <summary>The embedded model, and two of OpenAI's sizes whose weights are made up once and kept in the temporary folder.</summary>
internal static class Models
{
    public static string EmbeddedFolder { get; } = Path.Combine(Root(), "data", "models", "adclip-mini");

    public static string ResNet18Folder { get; } = Path.Combine(Root(), "data", "models", "resnet18-imagenet");

    /// <summary>Pictures of a made-up product that come with the program.</summary>
    public static string SampleFolder { get; } = Path.Combine(Root(), "data", "samples", "brushed-steel");

    public static MeasuredModel Embedded { get; } = new(
        "adclip-mini", Path.Combine(EmbeddedFolder, "model.safetensors"), new ImageEncoderSettings(224, 4, [4, 6, 8]), 20);

    public static MeasuredModel Base => new(ClipSize.Base.Name, Made(ClipSize.Base), ClipSize.Base.Settings, 8);

    public static MeasuredModel Large => new(ClipSize.Large.Name, Made(ClipSize.Large), ClipSize.Large.Settings, 3);

    /// <summary>The same with weights in 16 bits, as OpenAI's own files have them.</summary>
    public static MeasuredModel LargeHalf => new(ClipSize.Large.Name + " fp16 file", Made(ClipSize.Large, ElementType.F16), ClipSize.Large.Settings, 3);

    /// <summary>ViT-L/14's text transformer beside an image transformer that is as good as none.</summary>
    public static string LargeTextFile => Made(ClipSize.Large with { Name = "text of ViT-L/14", Width = 64, Layers = 1 });

    private static string Made(ClipSize size, ElementType type = ElementType.F32)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "adclip-benchmarks")).FullName;
        var path = Path.Combine(folder, $"{size.Name.Replace('/', '-').Replace(' ', '-')}-{type}.safetensors");
        if (!File.Exists(path))
        {
            RandomClip.Write(path, size, type);
        }
        return path;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AdClip.Portal.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
