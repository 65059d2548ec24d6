import Foundation
import GPT2Platform

/// A connection to a server on this machine, to speak HTTP through byte by byte.
///
/// Its calls wait on threads of their own, as the server needs those that run tasks.
final class SocketClient: Sendable {
  struct Failure: Error, CustomStringConvertible { let description: String }

  private let descriptor: Int32

  init(port: Int, seconds: Int = 60, receiveBuffer: Int32? = nil) throws {
    #if canImport(Glibc)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
    }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(port).bigEndian
    place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard result == 0 else { throw Failure(description: "cannot connect: \(errno)") }
  }

  deinit { close(descriptor) }

  /// Goes away without a word: the peer's next bytes are answered by a reset.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  func send(_ text: String) async throws {
    try await Self.onThread { [self] in
      let isSent = Array(text.utf8).withUnsafeBytes { Descriptors.write($0, to: descriptor) }
      guard isSent else { throw Failure(description: "cannot send: \(errno)") }
    }
  }

  func request(_ method: String, _ path: String, _ body: String = "", headers: String = "") async throws {
    try await send(
      "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    )
  }

  /// Some bytes; `nil` at the end.
  func some() async throws -> [UInt8]? { try await Self.onThread { [self] in try some() } }

  private func some() throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var count = recv(descriptor, &buffer, buffer.count, 0)
    while count < 0 && errno == EINTR { count = recv(descriptor, &buffer, buffer.count, 0) }
    guard count >= 0 else { throw Failure(description: "nothing came: \(errno)") }
    return count == 0 ? nil : Array(buffer[..<count])
  }

  /// All that comes until something is in it, or until the end.
  func receive(until text: String? = nil) async throws -> String {
    try await Self.onThread { [self] in
      var bytes: [UInt8] = []
      while let more = try some() {
        bytes += more
        if let text, String(decoding: bytes, as: UTF8.self).contains(text) { break }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// One answer, whole.
  func answer() async throws -> Answer {
    try await Self.onThread { [self] in
      var bytes: [UInt8] = []
      while bytes.range(of: "\r\n\r\n") == nil {
        guard let more = try some() else { throw Failure(description: "the answer has no head") }
        bytes += more
      }
      let end = bytes.range(of: "\r\n\r\n") ?? 0..<0
      let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        guard let colon = line.range(of: ": ") else { continue }
        headers[line[..<colon.lowerBound].lowercased()] = String(line[colon.upperBound...])
      }
      var rest = Array(bytes[end.upperBound...])
      if let length = headers["content-length"].flatMap({ Int($0) }) {
        while rest.count < length, let more = try some() { rest += more }
      } else if headers["transfer-encoding"] == "chunked" {
        while rest.range(of: "0\r\n\r\n") == nil, let more = try some() { rest += more }
        rest = Self.unchunked(rest)
      }
      let status = lines[0].components(separatedBy: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return Answer(status: status, headers: headers, body: String(decoding: rest, as: UTF8.self))
    }
  }

  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var (rest, body) = (bytes[...], [UInt8]())
    while let end = Array(rest).range(of: "\r\n") {
      let line = String(decoding: Array(rest)[..<end.lowerBound], as: UTF8.self)
      guard let count = Int(line, radix: 16), count > 0 else { break }
      rest = rest.dropFirst(end.upperBound)
      body += rest.prefix(count)
      rest = rest.dropFirst(count + 2)
    }
    return body
  }

  private static func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}

extension [UInt8] {
  fileprivate func range(of text: String) -> Range<Int>? {
    let pattern = Array(text.utf8)
    guard count >= pattern.count else { return nil }
    for start in 0...count - pattern.count where self[start..<start + pattern.count].elementsEqual(pattern) {
      return start..<start + pattern.count
    }
    return nil
  }
}
