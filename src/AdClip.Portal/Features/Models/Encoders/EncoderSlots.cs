using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>Places for images that are looked at; runs, trainings and direct requests share them, so the processors are never overbooked.</summary>
public sealed class EncoderSlots : IDisposable
{
    private readonly SemaphoreSlim _slots;

    public EncoderSlots(IOptions<EncodingOptions> options)
    {
        Parallelism = options.Value.ImagesInFlight == 0 ? Environment.ProcessorCount : options.Value.ImagesInFlight;
        _slots = new SemaphoreSlim(Parallelism);
    }

    /// <summary>Images in flight at most.</summary>
    public int Parallelism { get; }

    /// <summary>Whether no image is being looked at.</summary>
    public bool IsIdle => _slots.CurrentCount == Parallelism;

    /// <summary>Waits for a slot and works in it on another thread; work that has begun is not stopped.</summary>
    public async Task<T> InSlotAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await _slots.WaitAsync(cancel);
        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Works in the slot that the caller has and in those that are free, whose number is handed over.</summary>
    public T WithSpareSlots<T>(Func<int, T> work)
    {
        var spare = 0;
        while (spare + 1 < Parallelism && _slots.Wait(0))
        {
            spare++;
        }
        try
        {
            return work(1 + spare);
        }
        finally
        {
            if (spare > 0)
            {
                _slots.Release(spare);
            }
        }
    }

    public void Dispose() => _slots.Dispose();
}
