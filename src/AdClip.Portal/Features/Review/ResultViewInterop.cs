using AdClip.Portal.Shell;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AdClip.Portal.Features.Review;

/// <summary>review/resultView.ts; the only C# that names its functions.</summary>
public sealed class ResultViewInterop(IJSRuntime js) : JsModuleInterop(js, "./js/review/resultView.js")
{
    public ValueTask MountAsync(ElementReference host, ResultSettings settings, ResultLook look, DotNetObjectReference<ResultListener> listener) =>
        CallAsync("mount", host, settings, look, listener);

    public ValueTask ShowAsync(ElementReference host, ResultScene scene) => CallAsync("show", host, scene);

    public ValueTask SetLookAsync(ElementReference host, ResultLook look) => CallAsync("setLook", host, look);

    public ValueTask FitAsync(ElementReference host) => CallAsync("fit", host);

    public ValueTask OneToOneAsync(ElementReference host) => CallAsync("oneToOne", host);

    public ValueTask TeachAsync(ElementReference host, bool isTeaching) => CallAsync("teach", host, isTeaching);

    /// <summary>Shows another map than the run's, and keeps the one before it for <see cref="ShowSideAsync"/>.</summary>
    public ValueTask ShowMapsAsync(ElementReference host, string? beforeUrl, string afterUrl) => CallAsync("showMaps", host, beforeUrl, afterUrl);

    public ValueTask ShowSideAsync(ElementReference host, bool isAfter) => CallAsync("showSide", host, isAfter);

    public ValueTask DropRegionAsync(ElementReference host) => CallAsync("dropRegion", host);

    public ValueTask UnmountAsync(ElementReference host) => CallAsync("unmount", host);
}

/// <summary>The image of a result and what lies on it; twin of ResultScene in resultView.ts.</summary>
/// <param name="AreaUrl">The inspection area that the run looked at; null: it looked at everything.</param>
/// <param name="Tiles">How the run cut the image; null: it looked at it whole.</param>
public sealed record ResultScene(string ImageUrl, string MapUrl, string AnnotationsUrl, int Revision, string? AreaUrl, TileGrid? Tiles);

/// <summary>Where the tiles of the image stand, in pixels of the stored image: every left edge with every top edge; twin of TileGrid in tileGrid.ts.</summary>
public sealed record TileGrid(IReadOnlyList<int> Lefts, IReadOnlyList<int> Tops, int Width, int Height)
{
    /// <summary>Null where the image is looked at whole.</summary>
    public static TileGrid? Of(TileSettings? tiles, int imageWidth, int imageHeight) =>
        tiles is not null && TilePlan.For(imageWidth, imageHeight, tiles.Side, tiles.Overlap) is { Count: > 1 } plan
            ? new TileGrid(plan.Lefts, plan.Tops, plan.TileWidth, plan.TileHeight)
            : null;
}

/// <summary>How it is shown; twin of ResultLook in resultView.ts.</summary>
public sealed record ResultLook
{
    /// <summary>overlay, side or blink.</summary>
    public string Mode { get; init; } = "overlay";

    public double HeatmapOpacity { get; init; } = 0.6;

    public bool ShowsTruth { get; init; } = true;

    /// <summary>Opacity of the filling within the ground truth's outline; 0: none.</summary>
    public double TruthFill { get; init; }

    public bool ShowsContour { get; init; } = true;

    /// <summary>Level of the contour, in the unit of the map.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Value that gets the brightest colour.</summary>
    public double ScaleHigh { get; init; } = 1;

    public bool ShowsArea { get; init; } = true;

    public bool ShowsTiles { get; init; }
}

/// <summary>What stays the same for a run; twin of ResultSettings in resultView.ts. Colours are 256 x RGB.</summary>
public sealed record ResultSettings(byte[] Colours, IReadOnlyDictionary<string, string> ClassColours, string ValueText);

/// <summary>A region that somebody chose, in pixels of the stored image; twin of RegionChoice in regionTool.ts.</summary>
/// <param name="Box">Around it.</param>
/// <param name="Point">Within what is hot on the map; null: the box alone.</param>
/// <param name="Level">The map is hot at or above it.</param>
public sealed record RegionChoice(ImageRectangle Box, ImagePoint? Point, double? Level);

/// <summary>Hears of commands (those of the surfaces result, review and teaching in keys.json) and of regions that the page acts on.</summary>
public sealed class ResultListener(Func<string, Task> given, Func<RegionChoice?, Task> chosen)
{
    [JSInvokable]
    public Task CommandGiven(string command) => given(command);

    [JSInvokable]
    public Task RegionChosen(RegionChoice? region) => chosen(region);
}
