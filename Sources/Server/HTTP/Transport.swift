#if Server
  import GPT2BinaryFiles
  import NIOSSL

  /// Where a server listens.
  package struct ListeningAddress: Sendable {
    package var host: String
    /// 0 for any that is free.
    package var port: Int

    package init(host: String = "127.0.0.1", port: Int = 8080) {
      self.host = host
      self.port = port
    }
  }

  /// A certificate and its key, both PEM files, to speak TLS with.
  package struct Certificate: Sendable {
    let configuration: TLSConfiguration

    /// - Parameters:
    ///   - path: The certificate, and those that vouch for it after it.
    ///   - keyPath: The private key.
    /// - Throws: `FileError` if one cannot be used.
    package init(_ path: String, key keyPath: String) throws(FileError) {
      let chain = try Self.reading(path, "certificates in PEM") { try NIOSSLCertificate.fromPEMFile(path) }
      let key = try Self.reading(keyPath, "a private key in PEM") {
        try NIOSSLPrivateKey(file: keyPath, format: .pem)
      }
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      self.configuration = configuration
      // A key of another certificate shows here, not at the first connection.
      _ = try Self.reading(keyPath, "the key of \(path)") { try NIOSSLContext(configuration: configuration) }
    }

    private static func reading<Value>(
      _ path: String, _ expected: String, _ read: () throws -> Value
    ) throws(FileError) -> Value {
      // The system's own words where there is no such file.
      _ = try MappedFile(path: path)
      do {
        return try read()
      } catch {
        throw FileError(
          path, .mismatch(found: "\(error)", expected: expected, advice: "name another file"))
      }
    }
  }
#endif
