using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using AdClip.Testing;

namespace AdClip.EndToEnd.Tests;

/// <summary>The portal as a process of its own, on a free loopback port, with a data folder that disappears afterwards.</summary>
/// <remarks>Kill it at any moment with <see cref="KillHard"/>; <see cref="StartAsync"/> starts it again on the same data and the same port.</remarks>
public sealed partial class PortalProcess : IAsyncDisposable
{
    public const string AdminUser = "admin";
    public const string AdminPassword = "first-password";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly IReadOnlyList<string> _arguments;
    private readonly StringBuilder _output = new();
    private CookieContainer? _cookies;
    private Process? _process;

    /// <param name="arguments">Further settings, as "--Name:Part=value".</param>
    public PortalProcess(params IReadOnlyList<string> arguments)
    {
        _arguments = arguments;
        DataFolder = Directory.CreateTempSubdirectory("adclip-process-").FullName;
        Url = $"http://127.0.0.1:{FreePort()}";
    }

    /// <summary>Database, blobs and keys.</summary>
    public string DataFolder { get; }

    /// <summary>Address without a final slash.</summary>
    public string Url { get; }

    /// <summary>What it wrote so far, of all starts.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await WaitUntilReadyAsync(Launch(), cancel);
    }

    /// <summary>Starts it when it is expected to end by itself; returns its exit code.</summary>
    public async Task<int> RunUntilExitAsync(CancellationToken cancel)
    {
        var process = Launch();
        await process.WaitForExitAsync(cancel).WaitAsync(StartLimit, cancel);
        return process.ExitCode;
    }

    /// <summary>Ends it as a power cut would: no handler runs, nothing is flushed.</summary>
    public void KillHard()
    {
        Running.Kill();
        Running.WaitForExit();
    }

    /// <summary>Asks it to shut down (SIGTERM) and waits until it has; returns its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancel)
    {
        using var kill = Process.Start("kill", ["-TERM", Running.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await Running.WaitForExitAsync(cancel);
        return Running.ExitCode;
    }

    /// <summary>Signed in as the first administrator, as a browser is: cookie and antiforgery header. Survives a restart of the portal.</summary>
    public async Task<HttpClient> SignInAsync(CancellationToken cancel)
    {
        var cookies = new CookieContainer();
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        {
            BaseAddress = new Uri(Url),
        };
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        var page = await client.GetStringAsync("/sign-in", cancel);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = FormToken().Match(page).Groups[1].Value,
            ["Form.UserName"] = AdminUser,
            ["Form.Password"] = AdminPassword,
        });
        using var answer = await client.PostAsync("/sign-in", form, cancel);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var token = MetaToken().Match(await client.GetStringAsync("/", cancel)).Groups[1].Value;
        client.DefaultRequestHeaders.Add("X-Antiforgery", token);
        _cookies = cookies;
        return client;
    }

    /// <summary>The cookies of the first administrator's session, which <see cref="SignInAsync"/> begins when nobody has before.</summary>
    public async Task<IReadOnlyList<Cookie>> CookiesAsync(CancellationToken cancel)
    {
        if (_cookies is null)
        {
            using var client = await SignInAsync(cancel);
        }
        return [.. _cookies!.GetAllCookies().Cast<Cookie>()];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        Directory.Delete(DataFolder, recursive: true);
    }

    private Process Running => _process ?? throw new InvalidOperationException("The portal was not started.");

    private Process Launch()
    {
        if (_process is { HasExited: false })
        {
            throw new InvalidOperationException("The portal runs already.");
        }
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = DataFolder,
            ArgumentList =
            {
                ProgramFile(), $"--urls={Url}", $"--Storage:DataFolder={DataFolder}", $"--Accounts:FirstPassword={AdminPassword}", "--Samples:Enabled=false",
            },
        };
        foreach (var argument in _arguments)
        {
            start.ArgumentList.Add(argument);
        }
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process?.Dispose();
        _process = process;
        return process;
    }

    private async Task WaitUntilReadyAsync(Process process, CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(5) };
        var begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < StartLimit)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The portal ended with code {process.ExitCode} while it started:\n{Output}");
            }
            try
            {
                using var answer = await client.GetAsync("/health/ready", cancel);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException || (notYet is TaskCanceledException && !cancel.IsCancellationRequested))
            {
                // It does not listen yet.
            }
            await Task.Delay(100, cancel);
        }
        throw new TimeoutException($"The portal was not ready after {StartLimit.TotalSeconds:0} s:\n{Output}");
    }

    /// <summary>The portal as its own project built it: beside it lie its settings and static files.</summary>
    private static string ProgramFile()
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? "Release"
            : "Debug";
        return Path.Combine(SharedFolder.RepositoryRoot, "src", "AdClip.Portal", "bin", configuration, "net10.0", "AdClip.Portal.dll");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("name=\"antiforgery\" content=\"([^\"]+)\"")]
    private static partial Regex MetaToken();
}
