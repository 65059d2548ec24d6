// What the library's interface is made of, so that one import is enough, also to use what was trained.
@_exported import GPT2Kit
@_exported import struct GPT2Tokens.DataLoader
@_exported import struct GPT2TrainingCore.CheckpointPolicy
@_exported import enum GPT2TrainingCore.CheckpointReason
@_exported import struct GPT2TrainingCore.LearningRateSchedule
@_exported import enum GPT2TrainingCore.Outlier
@_exported import struct GPT2TrainingCore.OutlierLimits
@_exported import struct GPT2TrainingCore.RunDirectory
@_exported import struct GPT2TrainingCore.SequenceWarmUp
@_exported import struct GPT2TrainingCore.StepReport
@_exported import enum GPT2TrainingCore.TrainingError
@_exported import enum GPT2TrainingCore.TrainingEvent
@_exported import struct GPT2TrainingCore.TrainingPlan
@_exported import enum GPT2Transformer.AdapterError
@_exported import struct GPT2Transformer.AdapterLayout
@_exported import struct GPT2Transformer.ConfigurationError
@_exported import class GPT2Transformer.Optimizer
@_exported import enum GPT2Transformer.Recomputation
@_exported import struct GPT2Transformer.TensorSet
