using AdClip.Portal.Shell.Parts;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Review;

/// <summary>What the page of a result tells of its keys; the keys themselves are those of the key map.</summary>
public static class ResultKeys
{
    /// <summary>Keys that are heard at the moment, those of the page last.</summary>
    public static IReadOnlyList<KeyLegend.Row> Legend(bool isTeaching, IStringLocalizer<ReviewText> text)
    {
        KeyLegend.Row Row(string surface, string name, params string[] commands) => new(surface, commands, text["Keys" + name]);
        KeyLegend.Row[] own = isTeaching
            ?
            [
                Row("teaching", "Region", "nextRegion", "previousRegion"),
                Row("teaching", "MoveRegion", "moveRegion"),
                Row("teaching", "ResizeRegion", "resizeRegion"),
                Row("teaching", "Good", "good"),
                Row("teaching", "Defect", "anomaly"),
                Row("teaching", "BeforeAfter", "beforeAfter"),
                Row("teaching", "Keep", "keep"),
                Row("teaching", "Drop", "drop"),
                Row("teaching", "UndoRedo", "undo", "redo"),
            ]
            :
            [
                Row("review", "Verdict", "agree", "falseAlarm", "missed"),
                Row("review", "UndoVerdict", "undo"),
                Row("review", "Pan", "pan"),
            ];
        return
        [
            .. own,
            Row("result", "PreviousNext", "previous", "next"),
            Row("result", "Layers", "heatmap", "truth", "contour", "area", "tiles"),
            Row("result", "Modes", "overlay", "side", "blink"),
            Row("result", "Zoom", "fit", "zoomIn", "zoomOut"),
            Row("result", "Teach", "teach"),
            Row("result", "Labeler", "labeler"),
        ];
    }
}
