using AdClip.ResNet18;
using AdClip.Testing;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.ResNet18;

/// <summary>The model that comes with the program, and the package that it was made from.</summary>
internal static class ResNet18Files
{
    public static string Folder { get; } = Path.Combine(SharedFolder.RepositoryRoot, "data", "models", ModelWriter.Name);

    public static string WeightsFile { get; } = Path.Combine(Folder, ModelWriter.WeightsFile);

    public static ResNet18Weights Weights() => ResNet18Weights.From(WeightFile.Open(WeightsFile));

    /// <summary>The package; the test is skipped where it is not to be had.</summary>
    public static ResNet18Package RequirePackage()
    {
        var package = ResNet18Package.Find();
        Assert.SkipUnless(
            package is not null,
            $"needs the NuGet package {ResNet18Package.Id} {ResNet18Package.Version} in {ResNet18Package.DefaultFolder}: dotnet restore tools/resnet18");
        return package!;
    }
}
