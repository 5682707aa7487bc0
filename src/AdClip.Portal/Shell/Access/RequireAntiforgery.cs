using Microsoft.AspNetCore.Antiforgery;

namespace AdClip.Portal.Shell.Access;

/// <summary>Refuses a changing API request that a foreign page could have made the browser send.</summary>
internal static class RequireAntiforgery
{
    public const string ApiKeyHeader = "X-Api-Key";

    public static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var isSafe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        // A browser never adds an API key by itself, so a request that carries one was meant.
        if (!isSafe && !http.Request.Headers.ContainsKey(ApiKeyHeader)
            && !await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            return Results.Problem(
                statusCode: StatusCodes.Status400BadRequest,
                title: "The X-Antiforgery header is missing or out of date.",
                detail: "Reload the page and try again; a program should send X-Api-Key instead of a cookie.",
                extensions: new Dictionary<string, object?> { ["code"] = "Antiforgery" });
        }
        return await next(context);
    }
}
