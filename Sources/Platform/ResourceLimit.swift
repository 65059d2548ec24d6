/// What the system lets this process have of something: what `ulimit` shows.
enum ResourceLimit {
  case openFiles
  #if os(Linux)
    case addressSpace
  #endif

  /// How much; `nil` without a limit.
  var value: Int? { current.flatMap { Int(exactly: $0.rlim_cur) } }

  /// Sets it to as much as the process may ask for.
  func raise() {
    guard var limit = current, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(number, &limit)
  }

  private var current: rlimit? {
    var limit = rlimit()
    return getrlimit(number, &limit) == 0 ? limit : nil
  }

  #if canImport(Glibc)
    private var number: __rlimit_resource_t {
      switch self {
      case .openFiles: __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      case .addressSpace: __rlimit_resource_t(RLIMIT_AS.rawValue)
      }
    }
  #else
    private var number: Int32 {
      switch self {
      case .openFiles: RLIMIT_NOFILE
      #if os(Linux)
        case .addressSpace: RLIMIT_AS
      #endif
      }
    }
  #endif
}
