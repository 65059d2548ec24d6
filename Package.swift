// swift-tools-version: 6.0
import PackageDescription

// SwiftPM refuses a versioned dependency that asks for unsafe flags. As a dependency the package is checked
// out as ".build/checkouts/NAME", or by Xcode as "SourcePackages/checkouts/NAME", so there it asks for none
// and is merely portable; built in its own folder it is fast and strict. dev/check-package.sh proves both.
let isDependency = Context.packageDirectory.split(separator: "/").dropLast().last == "checkouts"

#if os(macOS)
  // Accelerate's cblas_sgemm is deprecated without this, and a warning is an error here.
  let strictFlags = ["-warnings-as-errors", "-Xcc", "-DACCELERATE_NEW_LAPACK"]
#else
  let strictFlags = ["-warnings-as-errors"]
#endif

let settings: [SwiftSetting] =
  isDependency
  ? []
  : [.unsafeFlags(strictFlags)]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func floor(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, using dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"],
    swiftSettings: settings)
}

let package = Package(
  name: "gpt2",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "gpt2", targets: ["gpt2"]),
    .executable(name: "ladder", targets: ["ladder"]),
    .library(
      name: "GPT2Library",
      targets: [
        "BinaryFiles", "GGUF", "SafeTensors", "Kernels", "Tokens", "Transformer", "Generation", "Evaluation",
        "Training", "Charts", "Reports",
      ]),
    .library(name: "GPT2Kit", targets: ["GPT2Kit"]),
    .library(name: "Lessons", targets: ["Lessons"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // From the ground up; imports only ever go down.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    floor("BinaryFiles", on: []),
    floor("GGUF", on: ["BinaryFiles"]),
    floor("SafeTensors", on: ["BinaryFiles"]),
    floor("RandomNumbers", on: []),
    .systemLibrary(name: "CKernels"),
    floor("Kernels", on: ["CKernels", .target(name: "COpenBLAS", condition: .when(platforms: [.linux]))]),
    floor("Tokens", on: ["BinaryFiles", "GGUF", "RandomNumbers"]),
    floor("Transformer", on: ["Kernels", "BinaryFiles", "GGUF", "SafeTensors", "RandomNumbers"]),
    floor("Generation", on: ["Transformer", "Tokens", "Kernels", "BinaryFiles", "RandomNumbers"]),
    floor("GPT2Kit", on: ["Generation", "Transformer", "Tokens", "Kernels", "BinaryFiles"]),
    floor("Evaluation", on: ["Generation", "Transformer", "Tokens", "Kernels", "BinaryFiles"]),
    floor(
      "Training", on: ["Evaluation", "Generation", "Transformer", "Tokens", "BinaryFiles", "RandomNumbers"]),
    floor("Charts", on: []),
    floor("Reports", on: ["Training", "Charts", "BinaryFiles"]),
    floor("Benchmarks", on: ["Kernels", "Transformer", "Generation"]),
    floor(
      "Lessons",
      on: [
        "Training", "Generation", "Transformer", "Tokens", "Kernels", "Charts", "BinaryFiles",
        "RandomNumbers", "CZlib",
      ]),
    floor("Terminal", on: ["Kernels", "BinaryFiles", argumentParser]),
    .executableTarget(
      name: "gpt2",
      dependencies: [
        "Terminal", "Benchmarks", "Reports", "Training", "Evaluation", "Generation", "Transformer", "Tokens",
        "Kernels", "GGUF", "BinaryFiles", argumentParser,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "ladder",
      dependencies: [
        "Terminal", "Lessons", "Training", "Transformer", "Kernels", "BinaryFiles", argumentParser,
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["BinaryFiles", "RandomNumbers", "Transformer"],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests(of: "BinaryFiles", using: ["BinaryFiles"]),
    tests(of: "GGUF", using: ["GGUF", "BinaryFiles"]),
    tests(of: "SafeTensors", using: ["SafeTensors", "BinaryFiles"]),
    tests(of: "RandomNumbers", using: ["RandomNumbers"]),
    tests(of: "Kernels", using: ["Kernels"]),
    tests(of: "Tokens", using: ["Tokens", "GGUF", "BinaryFiles"]),
    tests(of: "Transformer", using: ["Transformer", "Kernels", "GGUF", "SafeTensors", "BinaryFiles"]),
    tests(of: "Generation", using: ["Generation", "Transformer", "Tokens", "Kernels"]),
    tests(of: "GPT2Kit", using: ["GPT2Kit", "Generation", "Transformer", "Kernels"]),
    tests(
      of: "Evaluation",
      using: ["Evaluation", "Generation", "Kernels", "Transformer", "Tokens", "BinaryFiles"]),
    tests(of: "Training", using: ["Training", "Transformer", "Tokens", "Kernels", "BinaryFiles"]),
    tests(of: "Charts", using: ["Charts"]),
    tests(of: "Reports", using: ["Reports", "Training", "Charts", "BinaryFiles"]),
    tests(of: "Benchmarks", using: ["Benchmarks", "Transformer", "Kernels"]),
    tests(
      of: "Lessons",
      using: [
        "Lessons", "Training", "Transformer", "Tokens", "Kernels", "Charts", "RandomNumbers", "BinaryFiles",
        "CZlib",
      ]),
    tests(of: "Command", using: ["gpt2", "ladder"]),
  ],
  swiftLanguageModes: [.v6]
)
