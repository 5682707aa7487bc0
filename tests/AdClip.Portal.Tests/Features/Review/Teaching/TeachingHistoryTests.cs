using AdClip.Portal.Features.Review.Teaching;

namespace AdClip.Portal.Tests.Features.Review.Teaching;

public sealed class TeachingHistoryTests
{
    private static readonly Guid Root = Guid.NewGuid();
    private static readonly Guid First = Guid.NewGuid();
    private static readonly Guid Second = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void Of_NoSteps_TheRootHolds() => Assert.Equal(new TeachingHistory(0, Root, null), TeachingHistory.Of(Root, []));

    [Fact]
    public void Of_UndoneTwice_RedoGoesForwardOneByOne()
    {
        TeachingStep[] steps =
            [.. Steps((TeachingStepKind.Taught, First), (TeachingStepKind.Taught, Second), (TeachingStepKind.Undone, First), (TeachingStepKind.Undone, Root))];

        Assert.Equal(new TeachingHistory(4, Root, First), TeachingHistory.Of(Root, steps));
        Assert.Equal(new TeachingHistory(5, First, Second), TeachingHistory.Of(Root, [.. steps, Step(5, TeachingStepKind.Redone, First)]));
        Assert.Equal(
            new TeachingHistory(6, Second, null),
            TeachingHistory.Of(Root, [.. steps, Step(5, TeachingStepKind.Redone, First), Step(6, TeachingStepKind.Redone, Second)]));
    }

    [Fact]
    public void Of_TaughtAfterAnUndo_WhatWasUndoneIsNoLongerAhead() => Assert.Equal(
        new TeachingHistory(3, Other, null),
        TeachingHistory.Of(Root, Steps((TeachingStepKind.Taught, First), (TeachingStepKind.Undone, Root), (TeachingStepKind.Taught, Other))));

    private static IEnumerable<TeachingStep> Steps(params (TeachingStepKind Kind, Guid VersionId)[] steps)
        => steps.Select((step, i) => Step(i + 1, step.Kind, step.VersionId));

    private static TeachingStep Step(int number, TeachingStepKind kind, Guid versionId) =>
        new() { RootVersionId = Root, Number = number, Kind = kind, VersionId = versionId, MovedAt = default, MovedBy = Guid.Empty };
}
