// The system's C library, whichever it is: all others import Platform instead, and what differs between the
// libraries beyond their names stands in this folder and nowhere else.
#if canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#else
  @_exported import Darwin
#endif
