using System.Threading.RateLimiting;

namespace AdClip.Portal.Shell.Access;

/// <summary>Answers an address that keeps sending wrong API keys with 429, before anything is looked up.</summary>
internal sealed class ApiKeyGuessLimit : IAsyncDisposable
{
    /// <summary>Wrong keys of one address in a minute.</summary>
    internal const int MostWrongKeys = 60;

    private readonly PartitionedRateLimiter<HttpContext> _wrongKeys = PartitionedRateLimiter.Create<HttpContext, string>(http =>
        RateLimitPartition.GetFixedWindowLimiter(
            ShellFeature.AddressOf(http),
            _ => new FixedWindowRateLimiterOptions { PermitLimit = MostWrongKeys, Window = TimeSpan.FromMinutes(1) }));

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Headers.ContainsKey(RequireAntiforgery.ApiKeyHeader))
        {
            await next(http);
            return;
        }
        // Asking for nothing tells whether anything is left; only a wrong key takes one.
        using (var room = _wrongKeys.AttemptAcquire(http, permitCount: 0))
        {
            if (!room.IsAcquired)
            {
                http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                http.Response.Headers.RetryAfter = "60";
                return;
            }
        }
        await next(http);
        if (http.Response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            _wrongKeys.AttemptAcquire(http).Dispose();
        }
    }

    public ValueTask DisposeAsync() => _wrongKeys.DisposeAsync();
}
