namespace AdClip.Cli;

/// <summary>Counts on the error stream, in one line that is rewritten; silent where nobody watches.</summary>
internal sealed class Progress(string what, int total) : IDisposable
{
    private readonly bool _isWatched = !Console.IsErrorRedirected;
    private int _done;

    public void Step()
    {
        var done = Interlocked.Increment(ref _done);
        if (_isWatched)
        {
            Console.Error.Write($"\r{what} {done}/{total}");
        }
    }

    public void Dispose()
    {
        if (_isWatched && _done > 0)
        {
            Console.Error.WriteLine();
        }
    }
}
