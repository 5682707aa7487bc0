using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Backbones.DinoV2;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones;

/// <summary>One kind of image encoder.</summary>
/// <param name="Name">Short and lower-case; kept with models.</param>
/// <param name="Reads">Whether weights are of this kind, told by their tensors' names.</param>
/// <param name="Open">Opens weights; refuses those that it cannot run.</param>
/// <param name="SessionBytes">See <see cref="BackboneFootprint.SessionBytes"/>.</param>
internal sealed record BackboneKind(
    string Name,
    Func<WeightFile, bool> Reads,
    Func<WeightFile, ModelFolder, IBackbone> Open,
    Func<BackboneFootprint, int, SessionSettings, int, long> SessionBytes);

/// <summary>Every kind of image encoder; a new one is a folder beside this file and a line here.</summary>
internal static class BackboneKinds
{
    /// <summary>The first that reads a file opens it; CLIP, the last, also says what is wrong with a file that nobody reads.</summary>
    public static IReadOnlyList<BackboneKind> All { get; } = [ResNet18Backbone.Kind, DinoV2Backbone.Kind, ClipBackbone.Kind];

    /// <summary>Of a name that was kept.</summary>
    public static BackboneKind Named(string name) => All.Single(kind => kind.Name == name);

    /// <exception cref="RefusedInputException">Weights of another kind, or that contradict themselves or the configuration beside them.</exception>
    public static IBackbone Open(ModelFolder folder)
    {
        var file = WeightFile.Open(folder.WeightFile);
        return All.First(kind => kind.Reads(file)).Open(file, folder);
    }
}
