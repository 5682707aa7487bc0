using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Shell.Refusals;

/// <summary>What keeps the portal from starting, in sentences for the person who starts it.</summary>
public static class StartFault
{
    /// <summary>Exit code of a portal that could not start.</summary>
    public const int ExitCode = 1;

    /// <summary>
    /// Says what to do about a fault that settings, disk or network can
    /// cause; empty for any other, which is a bug and keeps its stack trace.
    /// </summary>
    public static IReadOnlyList<string> Sentences(Exception fault) => fault switch
    {
        AggregateException many => [.. many.InnerExceptions.SelectMany(Sentences)],
        OptionsValidationException settings => [.. settings.Failures],
        // The settings binder has no type of its own for a value that it cannot read.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } setting => [setting.Message],
        IOException { InnerException: AddressInUseException } port =>
            [$"{port.Message.TrimEnd('.')}. Another program, or another portal, has it: stop that one, or choose another address with --urls."],
        UnusableDataFolderException folder => [folder.Message],
        SqliteException database =>
        [
            $"The database cannot be opened: {database.Message.TrimEnd('.')}. Look whether the "
            + $"disk of the data folder is full and whether its file is a database of this portal.",
        ],
        _ => [],
    };

    /// <summary>Keeps the framework from writing a stack trace for what <see cref="Sentences"/> says; once started, it writes everything.</summary>
    public static void AddStartFaults(this WebApplicationBuilder builder, Func<bool> isStarted)
    {
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => isStarted() && level >= LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Connection", level => isStarted() && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => isStarted() ? level >= LogLevel.Warning : level == LogLevel.Warning);
    }
}
