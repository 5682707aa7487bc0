using Microsoft.Extensions.Localization;
using MudBlazor;

namespace AdClip.Portal.Shell;

/// <summary>Names the component library's own words that our pages show: MudText.resx and MudText.ko.resx.</summary>
public sealed class MudText;

/// <summary>Lets the component library speak Korean.</summary>
internal sealed class MudTextLocalizer(IStringLocalizer<MudText> text) : MudLocalizer
{
    public override LocalizedString this[string key] => text[key];
}
