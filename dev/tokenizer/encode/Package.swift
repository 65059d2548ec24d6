// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "encode",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "gpt2", path: "../../..")],
  targets: [
    .executableTarget(name: "encode", dependencies: [.product(name: "GPT2Kit", package: "gpt2")])
  ],
  swiftLanguageModes: [.v6]
)
