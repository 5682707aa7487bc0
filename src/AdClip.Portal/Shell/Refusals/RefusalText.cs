using AdClip.Vision;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Shell.Refusals;

/// <summary>Names the sentences for refused inputs, one for each <see cref="RefusalCode"/>: RefusalText.resx and RefusalText.ko.resx.</summary>
public sealed class RefusalText;

public static class RefusalSentence
{
    /// <summary>What is wrong and what to do, in the current language.</summary>
    public static string Sentence(this IStringLocalizer<RefusalText> text, RefusedInputException refused)
    {
        var sentence = text[refused.Code.ToString(), [.. refused.Arguments]];
        return sentence.ResourceNotFound ? refused.Message : sentence.Value;
    }
}
