// What the library's interface is made of, so that one import is enough, also to use what was trained.
@_exported import GPT2Kit
@_exported import struct Tokens.DataLoader
@_exported import struct Training.CheckpointPolicy
@_exported import enum Training.CheckpointReason
@_exported import struct Training.LearningRateSchedule
@_exported import enum Training.Outlier
@_exported import struct Training.OutlierLimits
@_exported import struct Training.RunDirectory
@_exported import struct Training.SequenceWarmUp
@_exported import struct Training.StepReport
@_exported import enum Training.TrainingError
@_exported import enum Training.TrainingEvent
@_exported import struct Training.TrainingPlan
@_exported import enum Transformer.AdapterError
@_exported import struct Transformer.AdapterLayout
@_exported import struct Transformer.ConfigurationError
@_exported import class Transformer.Optimizer
@_exported import enum Transformer.Recomputation
@_exported import struct Transformer.TensorSet
