using System.Globalization;
using AdClip.Portal.Features.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Tests.Features.Jobs;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("en", 11, 18.2, "10 – 20 s")]
    [InlineData("ko", 11, 18.2, "10~20초")]
    [InlineData("en", 0.2, 0.7, "1 s")]
    [InlineData("en", 2.2, 4.1, "2 – 5 s")]
    [InlineData("en", 14, 271, "10 s – 5 min")]
    [InlineData("ko", 14, 271, "10초 ~ 5분")]
    [InlineData("en", 150, 340, "2 min 30 s – 6 min")]
    [InlineData("ko", 190, 340, "3~6분")]
    [InlineData("en", 400, 700, "6 – 12 min")]
    [InlineData("en", 3000, 7000, "50 min – 2 h")]
    public void Spell_Range_IsRoundedOutward(string culture, double low, double high, string expected)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLocalization();
        using var provider = services.BuildServiceProvider();
        var text = provider.GetRequiredService<IStringLocalizer<JobsText>>();
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (new CultureInfo(culture), new CultureInfo(culture));
        try
        {
            Assert.Equal(expected, Durations.Spell(text, TimeSpan.FromSeconds(low), TimeSpan.FromSeconds(high)));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }
}
