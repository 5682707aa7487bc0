using System.Globalization;
using AdClip.Portal.Features.Training;
using AdClip.Vision.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Tests.Features.Training;

public sealed class DataAdviceTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("ko")]
    public void Of_EveryCode_IsASentenceWithItsNumbers(string culture)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLocalization();
        using var provider = services.BuildServiceProvider();
        var text = provider.GetRequiredService<IStringLocalizer<DataAdviceText>>();
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (new CultureInfo(culture), new CultureInfo(culture));
        try
        {
            foreach (var code in Enum.GetValues<AdviceCode>())
            {
                double[] numbers = code == AdviceCode.AnomaliesMissing ? [] : [7, 0.527, 29, 32];
                var sentence = DataAdviceSentences.Of(new Advice(code, numbers, []), text);
                Assert.NotEqual(code.ToString(), sentence);
                Assert.DoesNotContain('{', sentence);
                Assert.Equal(numbers.Length > 0, sentence.Contains('7', StringComparison.Ordinal));
            }
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }
}
