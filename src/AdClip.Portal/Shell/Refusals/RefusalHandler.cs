using AdClip.Vision;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Shell.Refusals;

/// <summary>Turns a refused input into a 422 problem whose sentence is in the user's language.</summary>
internal sealed class RefusalHandler(IStringLocalizer<RefusalText> text, IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not RefusedInputException refused)
        {
            return false;
        }
        httpContext.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails
            {
                Status = StatusCodes.Status422UnprocessableEntity,
                Title = text.Sentence(refused),
                Extensions = { ["code"] = refused.Code.ToString() },
            },
        });
    }
}
