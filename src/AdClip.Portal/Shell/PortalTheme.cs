using MudBlazor;

namespace AdClip.Portal.Shell;

/// <summary>Colours and type of the portal; contrast of text on its ground is at least 4.5 : 1 in both themes.</summary>
public static class PortalTheme
{
    private static readonly string[] Fonts = ["Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Segoe UI", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1557b0",
            Secondary = "#00695c",
            Tertiary = "#6a3fb5",
            Info = "#0b6bcb",
            Success = "#1a7f37",
            Warning = "#9a5b00",
            Error = "#c62828",
            Background = "#f4f6f9",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b2430",
            DrawerBackground = "#ffffff",
            DrawerText = "#3a4656",
            DrawerIcon = "#526071",
            TextPrimary = "#1b2430",
            TextSecondary = "#526071",
            Divider = "#dfe4ea",
            LinesDefault = "#dfe4ea",
            TableLines = "#e6eaf0",
            ActionDefault = "#526071",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#6cb0ff",
            PrimaryContrastText = "#0b1118",
            Secondary = "#4fd1bf",
            Tertiary = "#b79cf0",
            Info = "#6cb0ff",
            Success = "#5bd07f",
            SuccessContrastText = "#0b1118",
            Warning = "#f2b04a",
            WarningContrastText = "#0b1118",
            Error = "#ff7b72",
            ErrorContrastText = "#0b1118",
            Background = "#0f141a",
            BackgroundGray = "#151c24",
            Surface = "#171e27",
            AppbarBackground = "#171e27",
            AppbarText = "#e6edf5",
            DrawerBackground = "#171e27",
            DrawerText = "#c3cedb",
            DrawerIcon = "#9aa8b8",
            TextPrimary = "#e6edf5",
            TextSecondary = "#a3b1c2",
            Divider = "#2a3542",
            LinesDefault = "#2a3542",
            TableLines = "#242e3a",
            ActionDefault = "#a3b1c2",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "52px", DrawerWidthLeft = "224px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            H4 = new H4Typography { FontFamily = Fonts, FontSize = "1.625rem", FontWeight = "700", LineHeight = "1.3", LetterSpacing = "-.01em" },
            H5 = new H5Typography { FontFamily = Fonts, FontSize = "1.25rem", FontWeight = "700", LineHeight = "1.35", LetterSpacing = "-.01em" },
            H6 = new H6Typography { FontFamily = Fonts, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "normal" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Fonts, FontSize = "1rem", FontWeight = "500", LetterSpacing = "normal" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Fonts, FontSize = ".875rem", FontWeight = "600", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Fonts, FontSize = ".9375rem", LineHeight = "1.55", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Fonts, FontSize = ".875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Fonts, FontSize = ".875rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "normal" },
            Caption = new CaptionTypography { FontFamily = Fonts, FontSize = ".8125rem", LetterSpacing = "normal" },
        },
    };
}
