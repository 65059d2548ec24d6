import Foundation
import GPT2Platform
import Synchronization

/// A server on this machine for as long as it is held, that answers as a test tells it to: one request a connection.
package final class HTTPServer: Sendable {
  package struct Request: Sendable {
    package let method: String
    package let path: String
    /// By names in small letters.
    package let headers: [String: String]

    /// The byte that a range of the request begins at, if it asks for one.
    package var rangeStart: Int? {
      headers["range"].flatMap { Int($0.dropFirst("bytes=".count).prefix { $0 != "-" }) }
    }
  }

  package struct Response: Sendable {
    package var status: Int
    package var headers: [String: String]
    package var body: [UInt8]
    /// The connection ends after so many bytes of the body, though more were promised.
    package var cutAfter: Int?

    package init(
      _ status: Int, headers: [String: String] = [:], body: [UInt8] = [], cutAfter: Int? = nil
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.cutAfter = cutAfter
    }

    /// A whole file, or the range of it that was asked for.
    package init(file: [UInt8], for request: Request, cutAfter: Int? = nil) {
      if let start = request.rangeStart {
        guard start < file.count else {
          self.init(416, headers: ["Content-Range": "bytes */\(file.count)"])
          return
        }
        let range = "bytes \(start)-\(file.count - 1)/\(file.count)"
        self.init(
          206, headers: ["Content-Range": range], body: Array(file[start...]), cutAfter: cutAfter)
      } else {
        self.init(200, body: file, cutAfter: cutAfter)
      }
    }
  }

  package let port: UInt16
  package var address: String { "http://127.0.0.1:\(port)" }
  package var requests: [Request] { log.withLock { $0 } }

  private let listener: Int32
  private let log: Log

  /// Shared with the thread that answers, which must not keep the server alive.
  private final class Log: Sendable {
    private let requests = Mutex<[Request]>([])

    func withLock<R>(_ body: (inout sending [Request]) -> sending R) -> R { requests.withLock(body) }
  }

  package init(_ answer: @escaping @Sendable (Request) -> Response) throws {
    #if canImport(Glibc)
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(listener, place, size) == 0 && listen(listener, 16) == 0
          && getsockname(listener, place, &size) == 0
      }
    }
    let log = Log()
    self.listener = listener
    self.log = log
    port = UInt16(bigEndian: place.sin_port)
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Self.serve(connection, log, answer)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private static func serve(
    _ connection: Int32, _ log: Log, _ answer: (Request) -> Response
  ) {
    guard let request = request(from: connection) else { return }
    log.withLock { $0.append(request) }
    let response = answer(request)
    var head = "HTTP/1.1 \(response.status) Answer\r\nConnection: close\r\n"
    if response.headers["Content-Length"] == nil { head += "Content-Length: \(response.body.count)\r\n" }
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    let body = request.method == "HEAD" ? [] : response.body.prefix(response.cutAfter ?? .max)
    _ = Array((head + "\r\n").utf8 + body).withUnsafeBytes { Descriptors.write($0, to: connection) }
  }

  private static func request(from connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].components(separatedBy: " ")
    guard words.count >= 2 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.range(of: ": ") else { continue }
      headers[line[..<colon.lowerBound].lowercased()] = String(line[colon.upperBound...])
    }
    return Request(method: words[0], path: words[1], headers: headers)
  }
}
