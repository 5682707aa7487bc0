namespace AdClip.Pretrain.Generation.Defects;

/// <summary>Defects of assembly: a piece that is gone, elsewhere, bent or misprinted.</summary>
internal static class PieceDefects
{
    /// <summary>The pieces with one (of print: a few) changed; null where the product has none to change.</summary>
    public static Piece?[]? Change(DefectType type, IReadOnlyList<Piece?> pieces, Rng rng)
    {
        var candidates = Enumerable.Range(0, pieces.Count).Where(i => pieces[i] is { } piece && Fits(type, piece.Role)).ToArray();
        if (candidates.Length == 0)
        {
            return null;
        }
        var changed = pieces.ToArray();
        var first = rng.Pick<int>(candidates);
        var count = type == DefectType.PrintError ? rng.Whole(1, Math.Min(3, candidates.Length)) : 1;
        for (var i = 0; i < count; i++)
        {
            var at = i == 0 ? first : rng.Pick<int>(candidates);
            if (changed[at] is { } piece)
            {
                changed[at] = Change(type, piece, rng);
            }
        }
        return changed;
    }

    private static bool Fits(DefectType type, Role role) => type switch
    {
        DefectType.MissingPart or DefectType.MisplacedPart => role is Role.Part or Role.Leg,
        DefectType.BentPart => role is Role.Leg,
        DefectType.PrintError => role is Role.Print,
        _ => false,
    };

    private static Piece? Change(DefectType type, Piece piece, Rng rng)
    {
        var (x, y, reach) = piece.Shape.Bounds;
        switch (type)
        {
            case DefectType.MissingPart:
                return null;
            case DefectType.BentPart:
                var (footX, footY) = piece.Foot ?? (x, y);
                return piece with { Shape = piece.Shape.Moved(footX, footY, rng.Sign() * rng.Range(0.18f, 0.9f), 0, 0) };
            case DefectType.PrintError:
                return rng.Below(4) switch
                {
                    0 => null,
                    1 => piece with { Cover = piece.Cover * rng.Range(0.1f, 0.5f) },
                    2 => piece with { Shape = piece.Shape.With(piece.Shape.Moved(x, y, 0, rng.Sign() * rng.Range(2, 5), rng.Range(-3, 3))) },
                    _ => piece with { Shape = piece.Shape.Moved(x, y, rng.Sign() * rng.Range(0.3f, 3), rng.Normal() * 2, rng.Normal() * 2) },
                };
            default:
                var (angle, far) = (rng.Angle(), MathF.Min(0.35f * reach, 16) + piece.Slack + rng.Range(2, 8));
                var turn = rng.Chance(0.5f) ? rng.Sign() * rng.Range(0.3f, 1.2f) : 0;
                far = turn == 0 ? far : far * rng.Unit();
                return piece with { Shape = piece.Shape.Moved(x, y, turn, far * MathF.Cos(angle), far * MathF.Sin(angle)) };
        }
    }
}
