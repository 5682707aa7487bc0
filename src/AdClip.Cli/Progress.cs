namespace AdClip.Cli;

/// <summary>Counts on the error stream, in one line that is rewritten; silent where nobody watches.</summary>
internal sealed class Progress(string what, int total) : IDisposable
{
    private readonly bool _isWatched = !Console.IsErrorRedirected;
    private int _done;

    public void Step() => Show(Interlocked.Increment(ref _done), total);

    /// <summary>For work whose size shows only while it runs.</summary>
    public void Report(int done, int of)
    {
        _done = done;
        Show(done, of);
    }

    public void Dispose()
    {
        if (_isWatched && _done > 0)
        {
            Console.Error.WriteLine();
        }
    }

    private void Show(int done, int of)
    {
        if (_isWatched)
        {
            Console.Error.Write($"\r{what} {done}/{of}");
        }
    }
}
