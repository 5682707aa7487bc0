namespace AdClip.Vision.Detection.FewShot;

/// <summary>Learns a linear head fold by fold, so that every image has values of a head that did not see it.</summary>
/// <remarks>The ridge for each fold is chosen on the other folds alone; the one for all images on all folds.</remarks>
internal sealed class HeadFolds
{
    private static readonly double[] Strengths = [0.1, 0.3, 1, 3, 10];

    private readonly float[] _text;
    private readonly float[][]? _foldTexts;
    private readonly HeadMoments[] _folds;
    private readonly int[] _foldOf;
    private readonly Func<int, LinearHead, double> _score;
    private readonly bool[] _anomalous;
    private readonly Dictionary<(int, int, int, double), LinearHead> _heads = [];

    /// <param name="text">[D]: abnormal minus normal text.</param>
    /// <param name="foldOf">[n]: fold of each image.</param>
    /// <param name="anomalous">[n].</param>
    /// <param name="add">Adds the rows of an image to moments.</param>
    /// <param name="score">Score of an image by a head.</param>
    /// <param name="foldTexts">By fold the same as <paramref name="text"/> of texts that did not see it; null: no text saw any image.</param>
    public HeadFolds(
        float[] text, int[] foldOf, bool[] anomalous, Action<int, HeadMoments> add, Func<int, LinearHead, double> score, float[][]? foldTexts = null)
    {
        (_text, _foldTexts, _foldOf, _anomalous, _score) = (text, foldTexts, foldOf, anomalous, score);
        _folds = new HeadMoments[foldOf.Max() + 1];
        Parallel.For(0, _folds.Length, fold =>
        {
            _folds[fold] = new HeadMoments(text.Length);
            for (var i = 0; i < foldOf.Length; i++)
            {
                if (foldOf[i] == fold)
                {
                    add(i, _folds[fold]);
                }
            }
        });
    }

    /// <summary>Moments of all images.</summary>
    public HeadMoments All => HeadMoments.Sum(_text.Length, _folds);

    /// <summary>The head that did not see a fold.</summary>
    public LinearHead Without(int fold) => Head(fold, fold, Strength(fold));

    /// <summary>The ridge chosen on all folds but this; -1: on all.</summary>
    public double Strength(int fold)
        => Strengths.Select(strength => (strength, Worth: Worth(fold, strength))).Aggregate((best, next) => next.Worth >= best.Worth ? next : best).strength;

    // How well images are told apart by heads that saw neither their fold nor the one that is held back; equals go to the stronger ridge.
    private double Worth(int heldBack, double strength)
    {
        List<double> good = [], defective = [];
        for (var i = 0; i < _foldOf.Length; i++)
        {
            if (_foldOf[i] != heldBack)
            {
                (_anomalous[i] ? defective : good).Add(_score(i, Head(_foldOf[i], heldBack < 0 ? _foldOf[i] : heldBack, strength)));
            }
        }
        return Separation.AreaUnderRoc(good, defective);
    }

    // The images of the first fold are judged, so the text must not have seen these.
    private LinearHead Head(int without, int orWithout, double strength)
    {
        var text = _foldTexts is null ? -1 : without;
        var key = (text, Math.Min(without, orWithout), Math.Max(without, orWithout), strength);
        if (!_heads.TryGetValue(key, out var head))
        {
            var moments = HeadMoments.Sum(_text.Length, _folds.Where((_, fold) => fold != without && fold != orWithout));
            _heads[key] = head = LinearHead.Fit(moments, text < 0 ? _text : _foldTexts![text], strength);
        }
        return head;
    }
}
