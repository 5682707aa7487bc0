namespace AdClip.Portal.Features.Jobs;

/// <summary>A part of a job whose steps cost about the same.</summary>
/// <param name="Name">Names it for people: "JobPart" + name in the texts of the kind, with steps done and all; empty: the whole job.</param>
/// <param name="Steps">How many there are.</param>
/// <param name="CostOf">What the cost of a step depends on, such as the model: earlier jobs tell it where this is the same.</param>
public sealed record JobPart(string Name, int Steps, string CostOf = "");

/// <summary>Seconds of one step, as little and as much as was measured.</summary>
public readonly record struct StepCost(double Low, double High);

/// <summary>What the steps of a part took in one job.</summary>
public sealed record MeasuredPart(string Name, string CostOf, int Steps, double Seconds);

/// <summary>
/// How long a job will still take, from what was measured: the rates of this job where there are enough steps, else those of earlier
/// jobs of the kind, else nothing. Knows no clock: moments are given, counted from any beginning. Not thread-safe.
/// </summary>
public sealed class RemainingTime
{
    // Beyond so many samples of a part every second one goes: the window of the newest grows with the part.
    private const int MostSamples = 64;
    private const int RecentSamples = 8;
    private const double LeastSpread = 0.1;

    // Another computer load, other images: what an earlier job took is no promise.
    private const double EarlierMargin = 1.25;

    private readonly Part[] _parts;
    private int _current;
    private TimeSpan _since;
    private double? _percent;

    /// <param name="parts">All parts of the job, those of no steps included.</param>
    /// <param name="earlier">What steps took in earlier jobs of the kind.</param>
    /// <param name="start">When the work begins.</param>
    public RemainingTime(IReadOnlyList<JobPart> parts, IEnumerable<MeasuredPart> earlier, TimeSpan start)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(earlier);
        var known = earlier
            .Where(part => part is { Steps: > 0, Seconds: > 0 })
            .ToLookup(part => (part.Name, part.CostOf), part => part.Seconds / part.Steps);
        _parts = [.. parts.Select(part => new Part(part, CostOf(known[(part.Name, part.CostOf)])))];
        _since = start;
    }

    public int Done => _parts.Sum(part => part.Done);

    public int Steps => _parts.Sum(part => part.Steps);

    /// <summary>The part that is worked on.</summary>
    public (string Name, int Done, int Steps) Current => (_parts[_current].Of.Name, _parts[_current].Done, _parts[_current].Steps);

    /// <summary>What the steps of each part took so far, for later jobs.</summary>
    public IReadOnlyList<MeasuredPart> Measured =>
        [.. _parts.Where(part => part.Counted > 0).Select(part => new MeasuredPart(part.Of.Name, part.Of.CostOf, part.Counted, part.Busy))];

    /// <summary>Steps that an earlier attempt did: they say nothing of the speed.</summary>
    public void Skip(int part, int done) => _parts[part].Skip(done);

    /// <summary>From now on the time goes to this part.</summary>
    public void Enter(int part, TimeSpan now)
    {
        _parts[_current].Busy += Math.Max(0, (now - _since).TotalSeconds);
        (_current, _since) = (part, now);
    }

    /// <summary>So many steps of a part are done; the time since the last word was spent on it. What is known already is no word.</summary>
    public void Report(int part, int done, TimeSpan now)
    {
        if (done <= _parts[part].Done)
        {
            return;
        }
        _parts[part].Busy += Math.Max(0, (now - _since).TotalSeconds);
        (_current, _since) = (part, now);
        _parts[part].Report(done);
    }

    /// <summary>The steps of a part have another number than was thought.</summary>
    public void Resize(int part, int steps) => _parts[part].Steps = steps;

    /// <summary>Seconds left at <paramref name="now"/>, as little and as much as it may be; null: not enough was measured.</summary>
    public StepCost? Left(TimeSpan now)
    {
        var (low, high) = (0.0, 0.0);
        for (var i = 0; i < _parts.Length; i++)
        {
            if (_parts[i].Left is > 0 and var left)
            {
                if (_parts[i].Cost(Open(i, now)) is not { } cost)
                {
                    return null;
                }
                (low, high) = (low + (left * cost.Low), high + (left * cost.High));
            }
        }
        return new StepCost(low, high);
    }

    /// <summary>
    /// 0 to 100, never less than it was; null: the parts cannot be weighed against each other yet. Of several parts it is the share of the
    /// time that the job takes if all that is left takes as long as it may.
    /// </summary>
    public double? Percent(TimeSpan now)
    {
        double? share = _parts.Length == 1
            ? _parts[0].Steps > 0 ? (double)_parts[0].Done / _parts[0].Steps : null
            : Left(now) is { } left && Spent(now) is { } spent ? spent + left.High > 0 ? spent / (spent + left.High) : 1 : null;
        if (share is { } known)
        {
            _percent = Math.Max(_percent ?? 0, 100 * known);
        }
        return _percent;
    }

    // What an earlier attempt did took its time too, as far as one can say what.
    private double? Spent(TimeSpan now)
    {
        var spent = 0.0;
        for (var i = 0; i < _parts.Length; i++)
        {
            spent += _parts[i].Busy + Open(i, now);
            if (_parts[i].Skipped > 0)
            {
                if (_parts[i].Cost(Open(i, now)) is not { } cost)
                {
                    return null;
                }
                spent += _parts[i].Skipped * cost.Low;
            }
        }
        return spent;
    }

    private double Open(int part, TimeSpan now) => part == _current ? Math.Max(0, (now - _since).TotalSeconds) : 0;

    private static StepCost? CostOf(IEnumerable<double> earlier)
    {
        double[] costs = [.. earlier];
        return costs.Length == 0 ? null : new StepCost(costs.Min(), costs.Max() * EarlierMargin);
    }

    private sealed class Part(JobPart of, StepCost? earlier)
    {
        private readonly List<(double Busy, int Done)> _samples = [(0, 0)];
        private int _reports;

        public JobPart Of { get; } = of;

        public int Steps { get; set; } = of.Steps;

        public int Done { get; private set; }

        public int Skipped { get; private set; }

        /// <summary>Seconds that its steps took, up to the last word of it.</summary>
        public double Busy { get; set; }

        public int Counted => Done - Skipped;

        public int Left => Math.Max(0, Steps - Done);

        public void Skip(int done)
        {
            (Skipped, Done) = (done, done);
            _samples.Clear();
            _samples.Add((Busy, done));
        }

        public void Report(int done)
        {
            Done = done;
            _reports++;
            _samples.Add((Busy, done));
            if (_samples.Count > MostSamples)
            {
                // The first and the newest stay.
                for (var i = _samples.Count - 2; i > 0; i -= 2)
                {
                    _samples.RemoveAt(i);
                }
            }
        }

        /// <summary>Seconds of a step; a step that is under way (<paramref name="open"/> seconds so far) makes it longer, never shorter.</summary>
        public StepCost? Cost(double open)
        {
            var busy = Busy + open;
            if (!((_reports >= 4 && busy >= 1) || (_reports >= 2 && busy >= 5)))
            {
                return earlier;
            }
            var from = _samples[Math.Max(0, _samples.Count - 1 - RecentSamples)];
            var closed = (Busy - from.Busy) / (Done - from.Done);
            var recent = Math.Max(closed, (busy - from.Busy) / (Done - from.Done + 1));
            var overall = busy / Counted;
            return new StepCost(recent, Math.Max(recent, overall) * (1 + Spread()));
        }

        // How different the pieces of the part were, and no less than so few pieces can tell.
        private double Spread()
        {
            var pieces = Math.Min(RecentSamples, _samples.Count - 1);
            var costs = new double[pieces];
            for (var i = 0; i < pieces; i++)
            {
                var (a, b) = (_samples[i * (_samples.Count - 1) / pieces], _samples[(i + 1) * (_samples.Count - 1) / pieces]);
                costs[i] = (b.Busy - a.Busy) / Math.Max(1, b.Done - a.Done);
            }
            var mean = costs.Average();
            var deviation = mean > 0 ? Math.Sqrt(costs.Average(cost => (cost - mean) * (cost - mean))) / mean : 0;
            return Math.Clamp(Math.Max(deviation, 1 / Math.Sqrt(_reports)), LeastSpread, 1);
        }
    }
}
