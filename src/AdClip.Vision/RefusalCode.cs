namespace AdClip.Vision;

/// <summary>Every reason for which an input is refused; the portal has a sentence in each language for each of them.</summary>
public enum RefusalCode
{
    /// <summary>A file of zero bytes.</summary>
    EmptyFile,

    /// <summary>A file longer than the limit: bytes, limit.</summary>
    FileTooLarge,

    /// <summary>Content that is no picture format that is read: what it seems to be, the supported formats.</summary>
    UnsupportedImageFormat,

    /// <summary>A picture that is cut off or altered: the decoder's words.</summary>
    DamagedImage,

    /// <summary>More pixels than the limit: width, height, limit in megapixels.</summary>
    ImageTooLarge,

    /// <summary>Fewer pixels along a side than needed: width, height, least side.</summary>
    ImageTooSmall,

    /// <summary>A variant of a supported format that is not read: the variant.</summary>
    UnsupportedPixelFormat,

    /// <summary>Float samples that are not within 0 to 1, so that no scale is known: smallest, largest.</summary>
    UnknownSampleRange,

    /// <summary>A mask of another size than its picture: mask width, height, picture width, height.</summary>
    MaskSizeMismatch,

    /// <summary>A path that is absolute or leaves its folder: the path.</summary>
    UnsafePath,

    /// <summary>An archive that cannot be read: why.</summary>
    DamagedArchive,

    /// <summary>An archive without pictures.</summary>
    EmptyArchive,

    /// <summary>An archive with more entries than the limit: entries, limit.</summary>
    TooManyArchiveEntries,

    /// <summary>An archive that unpacks to more than the limit: limit in mebibytes.</summary>
    ArchiveTooLarge,

    /// <summary>An entry that unpacks to far more than it holds packed: mebibytes unpacked so far, packed bytes.</summary>
    ArchiveBomb,

    /// <summary>An entry that is a symbolic link.</summary>
    ArchiveLink,

    /// <summary>An entry that needs a password.</summary>
    EncryptedArchive,

    /// <summary>An archive within an archive.</summary>
    NestedArchive,

    /// <summary>A score or a value of an anomaly map that is infinite or not a number.</summary>
    ScoreNotFinite,

    /// <summary>A file of scores or a map that cannot be read: its name, what is wrong.</summary>
    MetricsInputInvalid,

    /// <summary>Scores of one kind only where both are needed: good images, anomalous images.</summary>
    ScoresOneSided,

    /// <summary>Too few images to judge a choice on others than it was made on: good images, anomalous images.</summary>
    HeldOutImagesTooFew,

    // Thresholds.

    /// <summary>A share of errors that cannot be promised: the share.</summary>
    ThresholdBudgetInvalid,

    /// <summary>Costs that choose no threshold: of a false reject, of an escape.</summary>
    ThresholdCostInvalid,

    /// <summary>A threshold without an image to set it on: the kind of image that is missing.</summary>
    ThresholdWithoutImages,

    /// <summary>A threshold reported on images that it was chosen on: how many, of how many.</summary>
    ThresholdChosenOnTheseImages,

    /// <summary>Scores of images that the detector learnt from: how many, of how many.</summary>
    ScoresOfTrainingImages,

    /// <summary>A threshold was to be applied to scores of another identity than it was chosen on.</summary>
    ThresholdOfOtherScores,

    /// <summary>One image among the samples more than once: its id, how often.</summary>
    ImageCountedTwice,

    // Ground truth. Arguments are named in the order of the sentence.

    /// <summary>A ground-truth document that is not JSON, or is nested too deeply (parser's message).</summary>
    GroundTruthNotJson,

    /// <summary>A JSON document of another schema or version (seen, supported).</summary>
    GroundTruthUnknownSchema,

    /// <summary>A field is missing (field, where).</summary>
    GroundTruthFieldMissing,

    /// <summary>A field holds something unusable (field, where, value seen, what is wanted).</summary>
    GroundTruthFieldInvalid,

    /// <summary>A shape kind that is not box, polygon, ellipse or mask (kind, where).</summary>
    GroundTruthUnknownKind,

    /// <summary>A shape reaches outside its image (shape, width, height).</summary>
    GroundTruthOutOfBounds,

    /// <summary>A shape that covers nothing: a box without area, a polygon of fewer than 3 points, a mask without a pixel (shape).</summary>
    GroundTruthEmptyShape,

    /// <summary>More shapes than an image may hold (shapes, limit).</summary>
    GroundTruthTooManyShapes,

    /// <summary>More polygon points than an image may hold (points, limit).</summary>
    GroundTruthTooManyPoints,

    /// <summary>Two shapes of one image carry the same id (id).</summary>
    GroundTruthDuplicateShape,

    /// <summary>An image labelled good holds shapes (shapes).</summary>
    GroundTruthGoodWithShapes,

    /// <summary>A document or mask belongs to an image of another size (width, height, expected width, expected height).</summary>
    GroundTruthSizeMismatch,

    /// <summary>A run-length string with an impossible character or a run that ends too soon (position).</summary>
    RunLengthsDamaged,

    /// <summary>Runs that do not add up to the pixels of the image (pixels in the runs, pixels in the image).</summary>
    RunLengthsWrongTotal,

    /// <summary>A CSV file whose columns are not those of the documented format (column).</summary>
    CsvColumnMissing,

    /// <summary>A path at which there is no file or folder.</summary>
    FileMissing,

    /// <summary>A weight file that is neither safetensors nor a PyTorch zip.</summary>
    NotAWeightFile,

    /// <summary>A weight file that ends early.</summary>
    WeightFileTruncated,

    /// <summary>A weight file whose list of tensors contradicts itself or the file.</summary>
    WeightHeaderInvalid,

    /// <summary>A weight file with compressed members.</summary>
    WeightFileCompressed,

    /// <summary>A Git LFS pointer in place of the weights.</summary>
    WeightFilePointer,

    /// <summary>Weights in an element type that cannot be used.</summary>
    WeightTypeUnsupported,

    /// <summary>Weights that give infinite values or none at all.</summary>
    WeightsNotFinite,

    /// <summary>A pickle that torch.save did not write.</summary>
    ForeignPickle,

    /// <summary>A damaged pickle.</summary>
    PickleInvalid,

    /// <summary>A pickle with operations that tensors do not need.</summary>
    PickleUnsupported,

    /// <summary>A pickle that would run code.</summary>
    PickleCallsCode,

    /// <summary>A model without a tensor that its kind needs: file, tensor.</summary>
    TensorMissing,

    /// <summary>A model with a tensor that its kind does not have: file, tensor.</summary>
    TensorUnknown,

    /// <summary>A tensor whose shape does not fit the rest of the model.</summary>
    TensorShapeWrong,

    /// <summary>A tensor of more elements than any CLIP model has: tensor, file, elements, limit.</summary>
    TensorTooLarge,

    /// <summary>Weights of a kind of model that is not supported.</summary>
    ModelUnsupported,

    /// <summary>A model folder without exactly one usable weight file.</summary>
    ModelFolderUnclear,

    /// <summary>Orientations of good images for a model that compares with words: its name.</summary>
    OrientationsNeedNoWords,

    /// <summary>Tiles for a model without words: its name.</summary>
    TilesNeedWords,

    /// <summary>8 bits for a model that has no such form: its file.</summary>
    EightBitUnsupported,

    /// <summary>Texts for a model that knows no words: its name.</summary>
    ModelHasNoWords,

    /// <summary>A model's configuration file that cannot be used.</summary>
    ModelConfigInvalid,

    /// <summary>A configuration that belongs to other weights: file, key, value stated, value of the weights.</summary>
    ModelConfigContradiction,

    /// <summary>A configuration of a variant that is not computed: file, key, value.</summary>
    ModelSettingUnsupported,

    /// <summary>A model whose tokenizer files are not beside it.</summary>
    VocabularyMissing,

    /// <summary>A vocabulary that is missing or does not fit the model.</summary>
    VocabularyInvalid,

    /// <summary>A text of more tokens than the model's context.</summary>
    TextTooLong,

    /// <summary>A list of prompts with nothing in it.</summary>
    PromptsEmpty,

    /// <summary>A prompt checkpoint that does not fit the model.</summary>
    CheckpointInvalid,

    /// <summary>An image size, layer or DPAM depth that the model cannot have.</summary>
    EncoderSettingInvalid,

    /// <summary>An image that cannot be cut into patches: side of a patch, width, height, nearest width, nearest height.</summary>
    EncoderSideNotMultiple,

    /// <summary>Encoder output that another model or setting made.</summary>
    TokensOfAnotherEncoder,

    /// <summary>Encoder output too large for float16: the value, the most that is worked with.</summary>
    TokensBeyondHalf,

    /// <summary>A file of learned prompts that is not in the model's folder: its name, the folder's name, the model.</summary>
    CheckpointUnknown,

    /// <summary>A file of learned prompts that is another one than when the run was made: its name.</summary>
    CheckpointChanged,

    // Models that are added.

    /// <summary>A model that is not there: its id.</summary>
    ModelUnknown,

    /// <summary>A name under which there is a model already: the id.</summary>
    ModelNameTaken,

    /// <summary>A model that cannot be deleted, because it is embedded or being used: its name.</summary>
    ModelInUse,

    /// <summary>An uploaded file that no model consists of: its name, the names that are known.</summary>
    NotAModelFile,

    /// <summary>A path on the server outside the allowed folders: the path, the folders.</summary>
    ModelFolderNotAllowed,

    /// <summary>A repository that may not be downloaded: its name, the allowed ones.</summary>
    HubRepositoryNotAllowed,

    /// <summary>A repository without weights: its name.</summary>
    HubFileMissing,

    /// <summary>A hub that does not answer: host, reason.</summary>
    HubUnreachable,

    /// <summary>A hub that answers with an error: host, status, path.</summary>
    HubRefused,

    /// <summary>A download that ended early: file, bytes that came, bytes promised.</summary>
    DownloadIncomplete,

    /// <summary>A download of other bytes than promised: file, SHA-256 seen, SHA-256 promised.</summary>
    ChecksumWrong,

    // Devices.

    /// <summary>A device that is not one of the known names: the text.</summary>
    DeviceUnknown,

    /// <summary>8-bit arithmetic was not found good enough for these images: model, the figures that fail.</summary>
    FidelityInsufficient,

    /// <summary>8-bit arithmetic was not compared on these images: model, image size.</summary>
    FidelityUnknown,

    /// <summary>Too few images to compare 8-bit arithmetic on: project, images, least number.</summary>
    FidelityImagesTooFew,

    /// <summary>A device without memory for one image: device, image size in pixels, the runtime's words.</summary>
    DeviceOutOfMemory,

    /// <summary>A model that has no room beside those in use: its id, memory for models in mebibytes.</summary>
    ModelMemoryBusy,

    // Inspection regions.

    /// <summary>Regions that leave no pixel to inspect: how many there are.</summary>
    RegionsLeaveNothing,

    /// <summary>Regions that cover no pixel of the model's input: its width, height.</summary>
    RegionsTooSmall,

    /// <summary>An image in other proportions than the one the regions were drawn on: drawn width, height, image width, height.</summary>
    RegionsOfAnotherAspect,

    // Tiles.

    /// <summary>A tile side that is too small: pixels, least.</summary>
    TileSideInvalid,

    /// <summary>A tile overlap outside its range: share, most, usual.</summary>
    TileOverlapInvalid,

    // Fitted detectors.

    /// <summary>A fit with too few good images: seen, least.</summary>
    FitGoodImagesTooFew,

    /// <summary>A mask that is not the model's square: its pixels, the square's side.</summary>
    FitMaskSizeWrong,

    /// <summary>A file of a fitted detector that is damaged or none: what is wrong.</summary>
    FittedFileInvalid,

    /// <summary>A file of a fitted detector of another format version: its version, the known one.</summary>
    FittedFileVersion,

    // Training.

    /// <summary>A training setting out of its range: setting, value, least, most.</summary>
    TrainingSettingInvalid,

    /// <summary>A training setting with a value that is none of its choices: setting, value, choices.</summary>
    TrainingSettingUnknown,

    /// <summary>Images that prompts cannot be learned from: good ones, defective ones.</summary>
    TrainingImagesTooFew,

    /// <summary>Too few images to judge learned prompts by: good ones, anomalous ones, needed of each.</summary>
    PromptImagesTooFew,

    /// <summary>Learned prompts that the project does not have: id.</summary>
    StoredCheckpointUnknown,

    /// <summary>A training that cannot go on, since it learned no prompts or is not over.</summary>
    TrainingCannotGoOn,

    /// <summary>A training that cannot be resumed: file, what is wrong.</summary>
    TrainingStateInvalid,

    /// <summary>A folder that is no data set: folder, what is wrong.</summary>
    DatasetInvalid,

    /// <summary>Fewer images than a stage needs: kind, wanted, available.</summary>
    StageImagesTooFew,

    /// <summary>Something asked of an experiment with stages that it does not take: what, the value, what it takes.</summary>
    StageRequestInvalid,

    /// <summary>No stage of an experiment can be filled: good images, anomalous images, how many of either are kept for the test.</summary>
    StagesNoneFilled,

    /// <summary>A model that was exchanged after an experiment was made: its name.</summary>
    StageExperimentOutdated,

    /// <summary>Images that can no longer be read in the middle of an experiment: how many.</summary>
    StageImagesUnreadable,

    /// <summary>A training that may use no part of the detector.</summary>
    TrainingWithoutParts,

    /// <summary>A trained detector that the project does not have: id.</summary>
    DetectorVersionUnknown,

    /// <summary>Tiles, 8 bits, another model or other prompts together with a trained detector: its number.</summary>
    DetectorVersionFixed,

    // Feedback.

    /// <summary>A run in tiles, from which no detector can be taught: side of a tile.</summary>
    FeedbackOnTiles,

    /// <summary>A region of which neither a box nor a point with a level is given, or both.</summary>
    FeedbackRegionInvalid,

    /// <summary>A box that covers nothing of the image: its width, height, left, top, image width, height.</summary>
    FeedbackRegionOutside,

    /// <summary>A point where nothing stands out on the map: value there, x, y, level.</summary>
    FeedbackRegionCold,

    /// <summary>Feedback or undo on a version that is no longer the newest.</summary>
    FeedbackHeadMoved,

    /// <summary>Feedback that makes right verdicts on golden images wrong, without consent: how many, the first one's file name.</summary>
    FeedbackRegressions,

    /// <summary>An undo where nobody has taught.</summary>
    FeedbackNothingToUndo,

    /// <summary>A redo where nothing was undone.</summary>
    FeedbackNothingToRedo,

    /// <summary>Feedback that could not be put into the ground truth as well.</summary>
    FeedbackLabelConflict,

    /// <summary>A golden image without a label.</summary>
    GoldenImageUnlabelled,

    // Runs.

    /// <summary>A run over nothing.</summary>
    RunWithoutImages,

    /// <summary>A run that shall compare with good images where there are not enough: wanted, available.</summary>
    RunWithoutReferences,

    // What is there already, or still needed.

    /// <summary>A name under which there is a project already: the name, one that is free.</summary>
    ProjectNameTaken,

    /// <summary>A model whose weights are there already: the name of the model that has them.</summary>
    ModelAlreadyThere,

    /// <summary>A model that cannot be deleted without consent, because things need it: its name, what needs it.</summary>
    ModelNeeded,

    /// <summary>A model that cannot be deleted, because work with it is under way or waits: its name, which.</summary>
    ModelAtWork,

    // Inspectors.

    /// <summary>A name without characters or with too many: how many, most allowed.</summary>
    NameLengthInvalid,

    /// <summary>A trained detector that something works with: its number, what.</summary>
    DetectorInUse,

    /// <summary>A request for an inspector that names neither a run nor a detector, or both.</summary>
    InspectorSourceAmbiguous,

    /// <summary>A run that the project does not have: id.</summary>
    InspectorSourceUnknown,

    /// <summary>A run without a labelled good image: images of the run.</summary>
    InspectorWithoutGood,

    /// <summary>A promotion of the inspector in use: its number.</summary>
    InspectorAlreadyActive,

    /// <summary>A roll back of an inspector that is not in use: its number.</summary>
    InspectorNotActive,

    /// <summary>A roll back where none was in use before: number of the inspector.</summary>
    InspectorNothingBefore,

    /// <summary>An inspector that was put away before: its number.</summary>
    InspectorAlreadyRetired,

    /// <summary>A promotion without a look through the gate against the inspector in use now: its number.</summary>
    InspectorUnchecked,

    /// <summary>A promotion that makes outcomes of golden images worse, without consent: number, how many, the first one's file name.</summary>
    InspectorRegressions,

    /// <summary>A promotion of a plan in 8 bits or tiles that strays too far, without consent: number, difference, limit.</summary>
    InspectorParityMissed,

    /// <summary>A change of an inspector without a reason, or with too long a one: characters, most allowed.</summary>
    InspectorReasonMissing,
}
