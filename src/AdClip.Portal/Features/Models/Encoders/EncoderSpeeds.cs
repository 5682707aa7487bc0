using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>How fast the encoders are, from real images that were encoded lately; cached ones say nothing and do not count.</summary>
public sealed class EncoderSpeeds(TimeProvider clock)
{
    private const int Kept = 200;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Queue<Sample>> _samples = [];

    /// <summary>Runs <paramref name="encode"/> and notes how long it took.</summary>
    public T Time<T>(DetectionModel detector, Func<T> encode)
    {
        var begin = clock.GetTimestamp();
        var result = encode();
        Note(
            new Key(
                detector.Model.Sha256, detector.Model.ImageSize, detector.Execution.Device,
                detector.Execution.Settings.Precision, detector.Execution.Settings.Threads),
            begin, clock.GetTimestamp());
        return result;
    }

    /// <summary>What is known of a model, by the hash of its weights; latest first.</summary>
    public IReadOnlyList<EncoderSpeed> Of(string sha256)
    {
        lock (_lock)
        {
            return [.. _samples.Where(pair => pair.Key.Sha256 == sha256)
                .OrderByDescending(pair => pair.Value.Max(sample => sample.End))
                .Select(pair => Speed(pair.Key, pair.Value))];
        }
    }

    private void Note(Key key, long begin, long end)
    {
        lock (_lock)
        {
            if (!_samples.TryGetValue(key, out var samples))
            {
                _samples.Add(key, samples = new Queue<Sample>());
            }
            samples.Enqueue(new Sample(begin, end));
            while (samples.Count > Kept)
            {
                samples.Dequeue();
            }
        }
    }

    /// <summary>The mean over the latest minute in which there were images, so that an idle night does not count as slow.</summary>
    private EncoderSpeed Speed(Key key, Queue<Sample> samples)
    {
        var last = samples.Max(sample => sample.End);
        var recent = samples.Where(sample => clock.GetElapsedTime(sample.Begin, last) <= Window).ToList();
        recent = recent.Count > 0 ? recent : [.. samples.TakeLast(1)];
        var span = clock.GetElapsedTime(recent.Min(sample => sample.Begin), last).TotalSeconds;
        return new EncoderSpeed(
            key.ImageSize, key.Device.ToString(), DeviceFacts.Name(key.Precision), key.Threads,
            recent.Average(sample => clock.GetElapsedTime(sample.Begin, sample.End).TotalMilliseconds),
            span > 0 ? recent.Count / span : 0, recent.Count);
    }

    private readonly record struct Sample(long Begin, long End);

    private sealed record Key(string Sha256, int ImageSize, Device Device, Precision Precision, int Threads);
}

/// <summary>How fast an encoder was lately.</summary>
/// <param name="Threads">Threads of one image: 1 in runs, all processors for a single image on an idle server.</param>
/// <param name="MillisecondsPerImage">Mean, reading the file included.</param>
/// <param name="ImagesPerSecond">Of all callers together.</param>
/// <param name="Images">That the numbers are from.</param>
public sealed record EncoderSpeed(int ImageSize, string Device, string Precision, int Threads, double MillisecondsPerImage, double ImagesPerSecond, int Images);
