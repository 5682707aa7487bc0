using AdClip.Vision;

namespace AdClip.Portal.Features.Images;

/// <summary>Bytes that one archive may still unpack to; shared by its entries.</summary>
internal sealed class UnpackBudget(long mebibytes)
{
    private long _taken;

    public void Take(int count)
    {
        _taken += count;
        if (_taken >> 20 >= mebibytes)
        {
            throw new RefusedInputException(
                RefusalCode.ArchiveTooLarge, $"The archive unpacks to more than {mebibytes} MiB. Split it.", mebibytes);
        }
    }
}

/// <summary>Counts what an entry really unpacks to; what its header claims is not believed.</summary>
internal sealed class LimitedStream(Stream entry, long packedBytes, UnpackBudget budget) : Stream
{
    private const long SuspiciousBytes = 64L << 20;
    private const long SuspiciousRatio = 100;
    private long _unpacked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Counted(entry.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await entry.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            entry.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Counted(int read)
    {
        _unpacked += read;
        if (_unpacked > SuspiciousBytes && _unpacked > Math.Max(1, packedBytes) * SuspiciousRatio)
        {
            throw new RefusedInputException(
                RefusalCode.ArchiveBomb,
                $"The entry unpacks to {_unpacked >> 20} MiB from {packedBytes} packed bytes and was stopped. Upload the file itself if it is a real image.",
                _unpacked >> 20,
                packedBytes);
        }
        budget.Take(read);
        return read;
    }
}
