using System.Threading.Channels;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Stores what a run finds, several images at a time: maps first, then in one transaction the rows that name them.</summary>
/// <remarks>While one batch is on its way to the disk the next gathers, so a slow
/// encoder stores each image at once and a fast re-scoring many together.</remarks>
internal sealed class ResultWriter(IDbContextFactory<PortalDb> dbs, BlobStore blobs, Action stored)
{
    private const int MostInBatch = 64;
    private readonly Channel<Finding> _found = Channel.CreateBounded<Finding>(2 * MostInBatch);

    /// <summary>Hands an image's outcome over; waits while too many are on their way.</summary>
    public ValueTask AddAsync(Finding finding, CancellationToken cancel) => _found.Writer.WriteAsync(finding, cancel);

    /// <summary>No more will come.</summary>
    public void Complete() => _found.Writer.TryComplete();

    /// <summary>Stores until <see cref="Complete"/>; what was handed over is durable when it returns.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var batch = new List<Finding>();
        try
        {
            while (await _found.Reader.WaitToReadAsync(cancel))
            {
                batch.Clear();
                while (batch.Count < MostInBatch && _found.Reader.TryRead(out var finding))
                {
                    batch.Add(finding);
                }
                await StoreAsync(batch, cancel);
                batch.ForEach(_ => stored());
            }
        }
        catch (Exception fault)
        {
            // Whoever waits for room would wait for ever.
            _found.Writer.TryComplete(fault);
            throw;
        }
    }

    private async Task StoreAsync(List<Finding> batch, CancellationToken cancel)
    {
        var mapped = batch.Where(finding => finding.Map is not null).ToList();
        var names = await blobs.PutAllAsync(mapped.ConvertAll(finding => MapFile.Of(finding.Map!)), cancel);
        var nameOf = mapped.Zip(names).ToDictionary(pair => pair.First, pair => pair.Second);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        db.AddRange(batch.Select(finding => finding.Row(nameOf.GetValueOrDefault(finding))));
        await db.SaveChangesAsync(cancel);
    }
}

/// <summary>What came of one image of a run.</summary>
/// <param name="map">Null: it was refused.</param>
/// <param name="row">Makes the row from the name of the map's blob.</param>
internal sealed class Finding(AnomalyMap? map, Func<string?, object> row)
{
    public AnomalyMap? Map { get; } = map;

    public Func<string?, object> Row { get; } = row;
}
