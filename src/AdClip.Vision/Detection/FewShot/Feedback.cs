using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>What people said of regions, put into the parts of a detector.</summary>
internal static class Feedback
{
    // Never the hash of an image: what was said of a region counts for that image too.
    private const string Key = "feedback";

    /// <summary>Good regions join a bank of their own, defects the anomaly bank; the patch head learns from both, a region as much as an image.</summary>
    /// <exception cref="RefusedInputException">Tokens of another encoder.</exception>
    /// <exception cref="ArgumentException">A region without patches, or with a patch that is not there.</exception>
    public static FittedParts Apply(FittedParts parts, IReadOnlyList<RegionFeedback> feedback)
    {
        foreach (var said in feedback)
        {
            if (said.Tokens.EncoderId != parts.Model.EncoderId)
            {
                throw new RefusedInputException(
                    RefusalCode.TokensOfAnotherEncoder,
                    $"These tokens come from encoder {said.Tokens.EncoderId}, the detector uses {parts.Model.EncoderId}; encode the image again.",
                    said.Tokens.EncoderId,
                    parts.Model.EncoderId);
            }
            var patches = said.Tokens.Grid * said.Tokens.Grid;
            if (said.Patches.Count == 0 || said.Patches.Any(patch => patch < 0 || patch >= patches))
            {
                throw new ArgumentException($"A region of {said.Patches.Count} patches does not fit a grid of {patches}.", nameof(feedback));
            }
        }
        return parts with
        {
            SaidGood = With(parts.SaidGood, [.. feedback.Where(said => !said.IsDefect).Select(said => Member(said, parts.BankChoice))]),
            Defects = With(parts.Defects, [.. feedback.Where(said => said.IsDefect).Select(said => Member(said, parts.BankChoice))]),
            PatchHead = parts.PatchHead is { } head ? Learn(head, parts.Texts, feedback) : null,
        };
    }

    private static PatchBank With(PatchBank bank, BankMember[] members)
        => members.Length == 0 ? bank : new PatchBank(bank.Width, members[0].Rows.Count, bank.Mean, [.. bank.Members, .. members]);

    private static BankMember Member(RegionFeedback said, BankChoice choice)
        => new(Key, [.. choice.Layers.Select(layer => Rows(said, PatchRows.Of(said.Tokens, layer, choice.Radius)))]);

    private static float[] Rows(RegionFeedback said, float[] all)
        => [.. said.Patches.Distinct().Order().SelectMany(patch => all.AsSpan(patch * said.Tokens.Width, said.Tokens.Width).ToArray())];

    private static FittedHead Learn(FittedHead head, TextPair texts, IReadOnlyList<RegionFeedback> feedback)
    {
        var width = texts.Normal.Length;
        var moments = HeadMoments.Sum(width, [head.Moments]);
        foreach (var said in feedback)
        {
            var rows = Rows(said, PatchRows.Unit(said.Tokens, head.Layer, 1));
            var count = rows.Length / width;
            // All patches of a good image weigh one each, those of a defect one together.
            var weight = (said.IsDefect ? 1.0 : said.Tokens.Grid * said.Tokens.Grid) / count;
            for (var at = 0; at < rows.Length; at += width)
            {
                (said.IsDefect ? moments.Defective : moments.Good).Add(rows.AsSpan(at, width), weight);
            }
        }
        var direction = new float[width];
        TensorPrimitives.Subtract<float>(texts.Abnormal, texts.Normal, direction);
        return head with { Moments = moments, Head = LinearHead.Fit(moments, direction, head.Strength) };
    }
}
