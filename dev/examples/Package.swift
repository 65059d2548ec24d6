// swift-tools-version: 6.2
import PackageDescription

// What a package of your own looks like; there, the repository's address and a version take the path's place.
let package = Package(
  name: "examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "gpt2", path: "../..")],
  targets: [
    .executableTarget(
      name: "train-and-stream", dependencies: [.product(name: "GPT2Training", package: "gpt2")]),
    .executableTarget(name: "stream", dependencies: [.product(name: "GPT2Kit", package: "gpt2")]),
    .executableTarget(
      name: "app-model", dependencies: [.product(name: "GPT2Training", package: "gpt2")],
      swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")]),
  ],
  swiftLanguageModes: [.v6]
)
