namespace AdClip.Pretrain.Generation;

/// <summary>How groups are kept ready for training.</summary>
public sealed record GroupPoolSettings
{
    /// <summary>Pixels of a picture's side.</summary>
    public required int Side { get; init; }

    /// <summary>Groups held at once; fewer where <see cref="MostBytes"/> says so.</summary>
    public int Capacity { get; init; } = 512;

    /// <summary>Bound of the memory that pictures and maps take.</summary>
    public long MostBytes { get; init; } = 2L << 30;

    public int Threads { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    public GroupSettings Groups { get; init; } = new();

    /// <summary>Groups that must be there before the first is handed out; null: an eighth of the capacity.</summary>
    public int? Least { get; init; }

    /// <summary>
    /// True: a step waits until exactly the groups are there that its number says, so that a seed gives the same sequence
    /// at any speed and with any number of threads. False: training never waits once <see cref="Least"/> groups are there.
    /// </summary>
    public bool Deterministic { get; init; }

    /// <summary>
    /// New groups for each one handed out, once the ring is full or where <see cref="Deterministic"/>;
    /// drawing more would only take time from the training.
    /// </summary>
    public float Fresh { get; init; } = 0.25f;
}

/// <summary>A ring of groups that threads fill without end while training draws from it.</summary>
/// <remarks>
/// Group number n (of seed Seed + n) goes to slot n mod capacity, in the order of the numbers, whichever thread drew it. There are no epochs: a
/// group is drawn a few times and then overwritten. One reader; the workers stop when the pool is disposed.
/// </remarks>
public sealed class GroupPool : IDisposable
{
    private readonly GroupPoolSettings _settings;
    private readonly ProductGroup?[] _ring;
    private readonly Dictionary<long, ProductGroup> _waiting = [];
    private readonly Thread[] _workers;
    private readonly Rng _choice;
    private readonly int _least;
    private readonly object _gate = new();
    private long _next;
    private long _placed;
    private long _due;
    private long _drawn;
    private Exception? _failure;
    private bool _stopped;

    public GroupPool(GroupPoolSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Capacity, 1, nameof(settings));
        _settings = settings;
        var bytes = (long)settings.Groups.MostImages * settings.Side * settings.Side * (settings.Groups.Twins ? 7 : 4);
        Capacity = (int)Math.Max(1, Math.Min(settings.Capacity, settings.MostBytes / bytes));
        _ring = new ProductGroup?[Capacity];
        _least = Math.Clamp(settings.Least ?? Capacity / 8, 1, Capacity);
        _choice = new Rng(settings.Seed).Fork(0x9001);
        _due = settings.Deterministic ? _least : long.MaxValue;
        _workers = [.. Enumerable.Range(0, settings.Threads)
            .Select(number => new Thread(Work) { IsBackground = true, Name = $"groups {number}", Priority = ThreadPriority.BelowNormal })];
        foreach (var worker in _workers)
        {
            worker.Start();
        }
    }

    /// <summary>Groups that fit.</summary>
    public int Capacity { get; }

    /// <summary>Groups put into the ring so far.</summary>
    public long Made
    {
        get
        {
            lock (_gate)
            {
                return _placed;
            }
        }
    }

    /// <summary>A group, drawn evenly from those there; waits where there are too few yet.</summary>
    /// <exception cref="InvalidOperationException">A worker failed; its error is inside.</exception>
    public ProductGroup Take()
    {
        lock (_gate)
        {
            if (_settings.Deterministic)
            {
                _due = _least + (long)(_settings.Fresh * _drawn);
                Place();
            }
            while (_placed < (_settings.Deterministic ? _due : _least) && _failure is null)
            {
                ObjectDisposedException.ThrowIf(_stopped, this);
                Monitor.Wait(_gate);
            }
            if (_failure is { } failure)
            {
                throw new InvalidOperationException("A group could not be drawn; see the inner error for its seed.", failure);
            }
            _drawn++;
            Monitor.PulseAll(_gate);
            return _ring[_choice.Below((int)Math.Min(_placed, Capacity))]!;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var worker in _workers)
        {
            worker.Join();
        }
    }

    /// <summary>Puts finished groups into the ring in the order of their numbers, as far as they are due. Within the gate.</summary>
    private void Place()
    {
        while (_placed < _due && _waiting.Remove(_placed, out var group))
        {
            _ring[_placed % Capacity] = group;
            _placed++;
        }
        Monitor.PulseAll(_gate);
    }

    /// <summary>True: one may begin another group; a few may wait for the reader or for a slower one before them.</summary>
    private bool MayBegin => _next < _placed + (4 * _workers.Length) && (_settings.Deterministic || _next < Capacity + (long)(_settings.Fresh * _drawn));

    private void Work()
    {
        var generator = new GroupGenerator(_settings.Side);
        while (true)
        {
            long number;
            lock (_gate)
            {
                while (!_stopped && !MayBegin)
                {
                    Monitor.Wait(_gate);
                }
                if (_stopped)
                {
                    return;
                }
                number = _next++;
            }
            ProductGroup? group = null;
            Exception? failure = null;
            try
            {
                group = generator.Draw(_settings.Seed + (ulong)number, _settings.Groups);
            }
            catch (Exception wrong) when (wrong is IndexOutOfRangeException or ArgumentException or InvalidOperationException or OverflowException)
            {
                failure = new InvalidOperationException($"Group {_settings.Seed + (ulong)number}, side {_settings.Side}.", wrong);
            }
            lock (_gate)
            {
                _failure ??= failure;
                if (group is not null)
                {
                    _waiting[number] = group;
                }
                Place();
            }
        }
    }
}
