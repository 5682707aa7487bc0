using AdClip.Pretrain.Generation;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Imaging;

namespace AdClip.Pretrain.Training;

/// <summary>Turns groups into what a pass takes: parts of the images, light and colour changed, as patches.</summary>
/// <param name="model">Sizes of the model.</param>
/// <param name="shape">Sizes of a batch.</param>
/// <param name="tokenizer">Cuts texts to the length of a batch's.</param>
/// <param name="typeTexts">Draws a text for each defect type.</param>
/// <param name="exposures">See <see cref="Plan.Exposures"/>.</param>
/// <param name="looseness">See <see cref="Plan.Looseness"/>.</param>
internal sealed class BatchMaker(
    ModelShape model, BatchShape shape, ClipTokenizer tokenizer, Func<Rng, IReadOnlyList<string>> typeTexts, float exposures = 1, float looseness = 1)
{
    /// <summary>A patch counts as defective from this share on; below it, but above zero, nothing is learned.</summary>
    private const float DefectiveShare = 0.04f;

    /// <summary>From this share on a patch is clear enough to be named.</summary>
    private const float NamedShare = 0.15f;

    /// <summary>A cell shows a defect from this share on.</summary>
    private const float ClearShare = 0.3f;

    private const float SingleTextShare = 0.6f;
    private const float Never = -4;

    public Batch Make(IReadOnlyList<TrainingGroup> groups, Rng rng)
    {
        var (items, tokens, types) = (shape.Items, shape.Tokens, shape.Types);
        var size = shape.Grid * model.Patch;
        var patches = new float[items * tokens * model.PatchValues];
        var (defective, counts) = (new float[items * tokens], new float[items * tokens]);
        var (anomalous, hasReference) = (new float[items], new float[items]);
        var type = new float[items * tokens * types];
        var cells = new float[items * tokens * BatchShape.Cells];
        var mix = new float[groups.Count * BatchShape.TextsOfAKind];
        List<string> captions = [];
        for (var g = 0; g < groups.Count; g++)
        {
            var group = groups[g];
            var view = View.Draw(rng, group.Side, size);
            var (mostPixels, mostSize) = View.Looseness(rng);
            var spread = exposures * Relighting.Spread(rng);
            for (var k = 0; k < shape.Images; k++)
            {
                var item = (g * shape.Images) + k;
                var moved = view.Moved(rng, ((int)(looseness * mostPixels), looseness * mostSize), group.Side);
                Fill(
                    moved, moved.Pixels(group.Images[k], group.Side, size), size, Relighting.Draw(rng, spread),
                    patches.AsSpan(item * tokens * model.PatchValues, tokens * model.PatchValues));
                var (share, kind) = moved.Cells(group.Types[k], group.Side, shape.Grid, types);
                for (var cell = 0; cell < share.Length; cell++)
                {
                    var at = (item * tokens) + 1 + cell;
                    defective[at] = share[cell] > DefectiveShare ? 1 : 0;
                    counts[at] = share[cell] is 0 or > DefectiveShare ? 1 : 0;
                    if (share[cell] > NamedShare)
                    {
                        type[(at * types) + kind[cell] - 1] = 1;
                    }
                }
                FillCells(
                    moved.Cells(group.Types[k], group.Side, shape.Grid * BatchShape.CellsOfAPatch, types).Share,
                    cells.AsSpan(item * tokens * BatchShape.Cells));
                // A defect that the part leaves out is no defect of the part.
                anomalous[item] = share.Any(one => one > DefectiveShare) ? 1 : 0;
                captions.Add(group.Captions[k]);
            }
            var single = rng.Chance(SingleTextShare);
            (mix[g * 2], mix[(g * 2) + 1]) = single ? (1f, 0f) : (0.5f, 0.5f);
        }
        var (words, ends) = Towers.Lay([.. ((string[])[
            .. groups.SelectMany(group => group.Pairs.Take(BatchShape.TextsOfAKind).Select(pair => pair.Normal)),
            .. groups.SelectMany(group => group.Pairs.Take(BatchShape.TextsOfAKind).Select(pair => pair.Abnormal)),
            .. typeTexts(rng),
            .. captions,
        ]).Select(tokenizer.TruncatedSequence)], shape);
        return new Batch
        {
            Patches = patches,
            Defective = defective,
            Counts = counts,
            DefectiveCells = cells,
            Anomalous = anomalous,
            Type = type,
            Forbidden = Forbidden(anomalous, defective, hasReference),
            HasReference = hasReference,
            Words = words,
            Ends = ends,
            Mix = mix,
            SameCaption = SameCaption(captions),
        };
    }

    // Rows are channel by channel, as the first layer's filters are stored.
    private void Fill(View view, byte[] rgb, int size, Relighting light, Span<float> tokens)
    {
        var sum = 0L;
        foreach (var value in rgb)
        {
            sum += value;
        }
        var curve = light.Curve(sum / (255f * rgb.Length));
        var (patch, grid) = (model.Patch, shape.Grid);
        for (var cell = 0; cell < grid * grid; cell++)
        {
            var target = tokens.Slice((cell + 1) * model.PatchValues, model.PatchValues);
            var (top, left) = (cell / grid * patch, cell % grid * patch);
            for (var y = 0; y < patch; y++)
            {
                var row = rgb.AsSpan((((top + y) * size) + left) * 3, patch * 3);
                for (var x = 0; x < patch; x++)
                {
                    for (var channel = 0; channel < 3; channel++)
                    {
                        var value = view.IsGrey
                            ? (curve[row[x * 3]] + curve[row[(x * 3) + 1]] + curve[row[(x * 3) + 2]]) / 3
                            : curve[row[(x * 3) + (view.Channels is { } order ? order[channel] : channel)]];
                        value = view.IsInverted ? 1 - value : value;
                        target[(channel * patch * patch) + (y * patch) + x] = (value - PixelScale.Clip.Mean[channel]) / PixelScale.Clip.Deviation[channel];
                    }
                }
            }
        }
    }

    // From rows of the whole picture's cells to the cells of each patch. The class token has none: never clear.
    private void FillCells(float[] share, Span<float> target)
    {
        const int Side = BatchShape.CellsOfAPatch;
        target[..BatchShape.Cells].Fill(0.5f);
        var row = shape.Grid * Side;
        for (var y = 0; y < row; y++)
        {
            for (var x = 0; x < row; x++)
            {
                var token = 1 + (y / Side * shape.Grid) + (x / Side);
                var seen = share[(y * row) + x];
                target[(token * BatchShape.Cells) + (y % Side * Side) + (x % Side)] = seen > ClearShare ? 1 : seen > 0 ? 0.5f : 0;
            }
        }
    }

    // Compared are patches with sound patches of other, good images; notes who has such an image.
    private float[] Forbidden(float[] anomalous, float[] defective, float[] hasReference)
    {
        var (images, tokens) = (shape.Images, shape.Tokens);
        var forbidden = new float[shape.Groups * images * images * tokens];
        Array.Fill(forbidden, Never);
        for (var item = 0; item < shape.Items; item++)
        {
            var first = item / images * images;
            for (var other = 0; other < images; other++)
            {
                if (first + other == item || anomalous[first + other] != 0)
                {
                    continue;
                }
                hasReference[item] = 1;
                var row = forbidden.AsSpan(((item * images) + other) * tokens, tokens);
                for (var token = 1; token < tokens; token++)
                {
                    row[token] = defective[((first + other) * tokens) + token] == 0 ? 0 : Never;
                }
            }
        }
        return forbidden;
    }

    private static float[] SameCaption(List<string> captions)
    {
        var same = new float[captions.Count * captions.Count];
        for (var i = 0; i < captions.Count; i++)
        {
            var alike = captions.Count(other => other == captions[i]);
            for (var j = 0; j < captions.Count; j++)
            {
                same[(i * captions.Count) + j] = captions[j] == captions[i] ? 1f / alike : 0;
            }
        }
        return same;
    }
}
