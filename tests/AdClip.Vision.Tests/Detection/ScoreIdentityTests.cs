using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using FsCheck;
using FsCheck.Fluent;

namespace AdClip.Vision.Tests.Detection;

public sealed class ScoreIdentityTests : IDisposable
{
    private static readonly string Mini = Path.Combine(SharedFolder.RepositoryRoot, "data", "models", "adclip-mini");

    private static readonly InspectionRegions Area = new()
    {
        Width = 400,
        Height = 400,
        Regions = [new InspectionRegion(RegionUse.Include, new BoxShape { Id = "part", ClassName = "", Box = new ImageRectangle(40, 40, 200, 200) })],
    };

    private readonly DetectionModel _model = DetectionModel.Open(Mini);
    private readonly DetectionModel _larger = DetectionModel.Open(Mini, new DetectorOptions(ImageSize: 320));

    public void Dispose()
    {
        _model.Dispose();
        _larger.Dispose();
    }

    [Fact]
    public void OfModel_AnyTwoPlans_AreOneIdentityOnlyWhereTheyScoreAlike()
    {
        var plan =
            from size in Gen.Elements(false, true)
            from word in Gen.Elements("plate", "bolt")
            from references in Gen.SubListOf("a1", "b2", "c3")
            from tiles in Gen.Elements<TileSettings?>(null, new TileSettings(200), new TileSettings(200, 0.5), new TileSettings(20))
            from area in Gen.Elements(false, true)
            select new Plan(size, word, string.Join(' ', references.Order()), tiles, area);

        Prop.ForAll(plan.ToArbitrary(), plan.ToArbitrary(), (one, other) => one == other == (IdentityOf(one) == IdentityOf(other)))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void OfModel_SameReferencesInOtherOrderOrTwice_IsTheSameIdentity()
    {
        string Of(params string[] references) => ScoreIdentity.OfModel(
            _model.EncoderId, _model.RequireWords().TextIdOf(new PromptSettings()), references, InspectionRegions.Everything, null);

        Assert.Equal(Of("a1", "b2"), Of("B2", "a1", "b2"));
        Assert.NotEqual(Of("a1"), Of("a1", "b2"));
        Assert.NotEqual(Of("a1b2"), Of("a1", "b2"));
        Assert.Matches("^[0-9a-f]{64}$", Of());
    }

    [Fact]
    public void OfFitted_OtherFileLessonsOrEncoder_IsAnotherIdentity()
    {
        string[] identities =
        [
            ScoreIdentity.OfFitted("encoder", "a1", null), ScoreIdentity.OfFitted("encoder", "a2", null),
            ScoreIdentity.OfFitted("encoder", "a1", "[1]"), ScoreIdentity.OfFitted("other", "a1", null),
        ];

        Assert.Equal(identities.Length, identities.Distinct().Count());
    }

    [Fact]
    public void OfGood_WhateverTheScaleDependsOn_IsAnotherIdentity()
    {
        string Of(GoodOptions options, InspectionRegions? regions = null, string encoder = "encoder", params string[] good)
            => ScoreIdentity.OfGood(encoder, good.Length == 0 ? ["a1", "b2"] : good, options, regions ?? InspectionRegions.Everything);

        string[] identities =
        [
            Of(new GoodOptions()), Of(new GoodOptions(OrientationChoice.None)), Of(new GoodOptions(OrientationChoice.Flips)),
            Of(new GoodOptions(OrientationChoice.Rotations)), Of(new GoodOptions(Components: 128)), Of(new GoodOptions(MostPatches: 128)),
            Of(new GoodOptions(), Area), Of(new GoodOptions(), encoder: "other"), Of(new GoodOptions(), good: ["a1"]),
        ];

        Assert.Equal(identities.Length, identities.Distinct().Count());
        Assert.Equal(Of(new GoodOptions()), Of(new GoodOptions(Threads: 7), good: ["B2", "a1", "b2"]));
    }

    private string IdentityOf(Plan plan)
    {
        var model = plan.IsLarger ? _larger : _model;
        return ScoreIdentity.OfModel(
            model.EncoderId, model.RequireWords().TextIdOf(new PromptSettings(ProductName: plan.Word)),
            plan.References.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            plan.HasArea ? Area : InspectionRegions.Everything, plan.Tiles);
    }

    private sealed record Plan(bool IsLarger, string Word, string References, TileSettings? Tiles, bool HasArea);
}
