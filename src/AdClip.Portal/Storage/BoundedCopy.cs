using System.Buffers;
using AdClip.Vision;

namespace AdClip.Portal.Storage;

/// <summary>Takes in bytes that come from outside, in chunks and up to a limit: whatever a sender claims, no more than the limit reaches the disk.</summary>
public static class BoundedCopy
{
    private const int ChunkBytes = 1 << 17;

    /// <summary>Gives all bytes of a source on, chunk by chunk.</summary>
    /// <param name="read">Fills the buffer it gets and says how many bytes that were; 0 at the end.</param>
    /// <param name="write">Takes the next chunk; called only while the limit is kept.</param>
    /// <param name="had">Bytes of the same file that are there already; they count.</param>
    /// <param name="mostBytes">The limit.</param>
    /// <param name="cancel">Stops between chunks.</param>
    /// <returns>Bytes of the whole file, those that were there included.</returns>
    /// <exception cref="RefusedInputException">There are more bytes than the limit.</exception>
    public static async Task<long> ReceiveAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write,
        long had, long mostBytes, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var count = await read(buffer, cancel); count > 0; count = await read(buffer, cancel))
            {
                had += count;
                if (had > mostBytes)
                {
                    throw new RefusedInputException(
                        RefusalCode.FileTooLarge, $"The file has more than {mostBytes} bytes, which is the most that is accepted.", had, mostBytes);
                }
                await write(buffer.AsMemory(0, count), cancel);
            }
            return had;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
