extension stat {
  /// When the file was written last, in seconds since 1970.
  package var modifiedSeconds: Int {
    #if canImport(Darwin)
      Int(st_mtimespec.tv_sec)
    #else
      Int(st_mtim.tv_sec)
    #endif
  }
}
