using System.Security.Claims;

namespace AdClip.Portal.Shell.Access;

public static class CurrentUser
{
    /// <summary>The signed-in person's id.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in: the endpoint or page lacks authorisation.</exception>
    public static Guid UserId(this ClaimsPrincipal user) =>
        Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id)
            ? id
            : throw new InvalidOperationException("Nobody is signed in; the page or endpoint must require authorisation.");
}
