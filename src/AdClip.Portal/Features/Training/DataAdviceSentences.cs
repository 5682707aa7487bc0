using System.Globalization;
using AdClip.Portal.Shell.Parts;
using AdClip.Vision.Training;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Training;

/// <summary>Advice as a sentence: what is missing, the numbers, and what to do.</summary>
public static class DataAdviceSentences
{
    public static string Of(Advice advice, IStringLocalizer<DataAdviceText> text)
    {
        var numbers = advice.Numbers;
        object[] arguments = advice.Code switch
        {
            AdviceCode.GoodImagesTooFew => [Count(numbers[0]), Shares.Percent(numbers[1]), Count(numbers[2]), Shares.Percent(DataAdvisor.WishedRate)],
            AdviceCode.AnomaliesTooFew => [Count(numbers[0]), Shares.Percent(numbers[1]), Count(numbers[2]), Shares.Percent(1 - DataAdvisor.WishedRate)],
            AdviceCode.ClassesUnbalanced => [Count(numbers[0]), Count(numbers[1]), numbers[2].ToString("0.#", CultureInfo.CurrentCulture)],
            AdviceCode.NearDuplicates or AdviceCode.NearDuplicatesAcrossSplits => [Count(numbers[0])],
            _ => [.. numbers.Select(Count)],
        };
        return text[advice.Code.ToString(), arguments];
    }

    private static string Count(double number) => number.ToString("N0", CultureInfo.CurrentCulture);
}
