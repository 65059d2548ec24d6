// What the library's interface is made of, so that one import is enough.
@_exported import struct BinaryFiles.FileError
@_exported import Generation
@_exported import enum Kernels.Precision
@_exported import struct Kernels.Workers
@_exported import class Tokens.Tokenizer
@_exported import struct Tokens.InstructionTemplate
@_exported import struct Tokens.Message
@_exported import enum Transformer.ModelError
@_exported import struct Transformer.AllocationError
@_exported import class Transformer.Weights
@_exported import struct Transformer.Configuration
@_exported import enum WeightFormats.WeightFormat
