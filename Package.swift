// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  // A file sees what it imports, and not what others of its module do.
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  // Accelerate's cblas_sgemm is deprecated without this.
  .unsafeFlags(["-Xcc", "-DACCELERATE_NEW_LAPACK"], .when(platforms: [.macOS, .iOS])),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A product that only the server needs: without the trait its package is not even fetched.
func serverOnly(_ name: String, of package: String) -> Target.Dependency {
  .product(name: name, package: package, condition: .when(traits: ["Server"]))
}

/// The module in a folder of Sources. No two modules of a graph of packages may have one name, so all but the programs'
/// begin with GPT2.
func module(in folder: String) -> String {
  switch folder {
  case "GPT2Kit", "GPT2Training", "gpt2", "gpt2-serve", "ladder", "TestSupport": folder
  // What the library stands on.
  case "Training": "GPT2TrainingCore"
  case "CKernels", "CZlib", "CMPI": "CGPT2" + folder.dropFirst()
  default: "GPT2" + folder
  }
}

/// The same, where a folder is named that a target depends on.
func module(of dependency: Target.Dependency) -> Target.Dependency {
  switch dependency {
  case .byNameItem(let folder, let condition): .byName(name: module(in: folder), condition: condition)
  default: dependency
  }
}

func floor(_ folder: String, on dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .target(
    name: module(in: folder), dependencies: dependencies.map(module(of:)), path: "Sources/" + folder,
    resources: resources, swiftSettings: settings)
}

/// A C library of the system's, or our own headers.
func headers(_ folder: String, pkgConfig: String? = nil, of package: String? = nil) -> Target {
  .systemLibrary(
    name: module(in: folder), path: "Sources/" + folder, pkgConfig: pkgConfig,
    providers: package.map { [.apt([$0])] })
}

func program(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies.map(module(of:)), swiftSettings: settings)
}

func tests(of folder: String, using dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: folder + "Tests", dependencies: dependencies.map(module(of:)) + ["TestSupport"],
    swiftSettings: settings)
}

let package = Package(
  name: "gpt2",
  // Atomic and Mutex of the standard library are in these and later ones.
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    .executable(name: "gpt2", targets: ["gpt2"]),
    .executable(name: "gpt2-serve", targets: ["gpt2-serve"]),
    .executable(name: "ladder", targets: ["ladder"]),
    .library(name: "GPT2Kit", targets: ["GPT2Kit"]),
    .library(name: "GPT2Training", targets: ["GPT2Training"]),
  ],
  traits: [
    .default(enabledTraits: ["OpenBLAS"]),
    .trait(
      name: "OpenBLAS",
      description: "OpenBLAS for products where it is the fastest; without, our own kernels compute them all."
    ),
    .trait(name: "MPI", description: "Training over many processes that mpirun starts."),
    .trait(name: "Server", description: "gpt2-serve, an HTTP server on Hummingbird and SwiftNIO."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    // Those of the trait Server, without which none of them is fetched.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
  ],
  targets: [
    // From the ground up; imports only ever go down.
    headers("CZlib", pkgConfig: "zlib", of: "zlib1g-dev"),
    // GPT2_MPI names another MPI, as pkg-config knows it: mpich.
    headers("CMPI", pkgConfig: Context.environment["GPT2_MPI"] ?? "ompi-c", of: "libopenmpi-dev"),
    floor("Platform", on: []),
    floor(
      "Communication",
      on: ["Platform", .byName(name: "CMPI", condition: .when(traits: ["MPI"]))]),
    floor("TextFormatting", on: []),
    floor("BinaryFiles", on: ["TextFormatting", "Platform"]),
    headers("CKernels"),
    floor("WeightFormats", on: ["CKernels"]),
    floor("GGUF", on: ["WeightFormats", "BinaryFiles"]),
    floor("SafeTensors", on: ["BinaryFiles"]),
    floor("PyTorchFiles", on: ["BinaryFiles"]),
    floor("RandomNumbers", on: ["Platform"]),
    floor("Kernels", on: ["WeightFormats", "CKernels", "Platform"]),
    floor("Tokens", on: ["BinaryFiles", "RandomNumbers", "Platform"]),
    floor("Transformer", on: ["Kernels", "WeightFormats", "BinaryFiles", "RandomNumbers", "Platform"]),
    floor("ModelHub", on: ["BinaryFiles", "TextFormatting", "Platform"]),
    floor(
      "ModelFiles",
      on: [
        "ModelHub", "Transformer", "Tokens", "Kernels", "WeightFormats", "GGUF", "SafeTensors",
        "PyTorchFiles", "BinaryFiles", "Platform",
      ]),
    floor(
      "Generation",
      on: [
        "ModelFiles", "Transformer", "Tokens", "Kernels", "WeightFormats", "BinaryFiles", "RandomNumbers",
        "Platform",
      ]),
    floor(
      "GPT2Kit",
      on: ["Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "WeightFormats", "BinaryFiles"]),
    floor(
      "Evaluation",
      on: ["Generation", "Transformer", "Tokens", "Kernels", "Communication", "BinaryFiles", "Platform"]),
    floor(
      "Training",
      on: [
        "Evaluation", "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "Communication",
        "BinaryFiles", "RandomNumbers", "TextFormatting", "Platform",
      ]),
    floor(
      "GPT2Training",
      on: [
        "GPT2Kit", "Training", "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels",
        "WeightFormats",
        "BinaryFiles", "Platform",
      ]),
    floor(
      "Server",
      on: [
        "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "BinaryFiles", "TextFormatting",
        "Platform",
        serverOnly("Hummingbird", of: "hummingbird"), serverOnly("HummingbirdCore", of: "hummingbird"),
        serverOnly("HummingbirdTLS", of: "hummingbird"),
        serverOnly("HTTPTypes", of: "swift-http-types"), serverOnly("Logging", of: "swift-log"),
        serverOnly("NIOCore", of: "swift-nio"), serverOnly("NIOHTTPTypes", of: "swift-nio-extras"),
        serverOnly("NIOSSL", of: "swift-nio-ssl"),
        serverOnly("ServiceLifecycle", of: "swift-service-lifecycle"),
        serverOnly("UnixSignals", of: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Page/page.html")]),
    floor("Charts", on: ["TextFormatting", "Platform"]),
    floor("Reports", on: ["Training", "ModelFiles", "Charts", "BinaryFiles", "Platform"]),
    floor(
      "Benchmarks",
      on: [
        "Training", "Generation", "Transformer", "Tokens", "Kernels", "WeightFormats", "Communication",
        "BinaryFiles", "Platform",
      ]),
    floor(
      "Lessons",
      on: [
        "Training", "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "Charts", "BinaryFiles",
        "RandomNumbers", "Platform", "CZlib",
      ],
      resources: [
        .embedInCode("Micrograd/micrograd.js"), .embedInCode("MNIST/mnist.js"),
        .embedInCode("MNIST/digits.js"), .embedInCode("ConvNet/convnet.js"),
        .embedInCode("GaussianMixture/em.js"), .embedInCode("NeuralNGram/mlp.js"),
        .embedInCode("Attention/attention.js"), .embedInCode("NanoGPT/nanogpt.js"),
        .embedInCode("BytePairs/bpe.js"), .embedInCode("Scaling/scaling.js"),
        .embedInCode("Scaling/webster.txt"),
      ]),
    floor(
      "Terminal",
      on: ["Kernels", "Communication", "BinaryFiles", "TextFormatting", "Platform", argumentParser]),
    program(
      "gpt2",
      on: [
        "Terminal", "Benchmarks", "Reports", "Training", "Evaluation", "Generation", "ModelFiles",
        "ModelHub", "Transformer", "Tokens", "Kernels", "WeightFormats", "GGUF", "Communication",
        "BinaryFiles", "TextFormatting", "Platform", argumentParser,
      ]),
    program(
      "gpt2-serve",
      on: [
        "Terminal", "Server", "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "WeightFormats",
        "BinaryFiles", "Platform", serverOnly("Logging", of: "swift-log"), argumentParser,
      ]),
    program(
      "ladder",
      on: [
        "Terminal", "Lessons", "Training", "ModelFiles", "Transformer", "Kernels", "BinaryFiles",
        argumentParser,
      ]),

    .target(
      name: "TestSupport",
      dependencies: ([
        "BinaryFiles", "WeightFormats", "RandomNumbers", "Tokens", "Kernels", "Transformer", "ModelFiles",
        "Communication", "Platform",
      ] as [Target.Dependency]).map(module(of:)),
      path: "Tests/TestSupport", swiftSettings: settings),
    tests(of: "Platform", using: ["Platform"]),
    tests(of: "Communication", using: ["Communication"]),
    tests(of: "TextFormatting", using: ["TextFormatting"]),
    tests(of: "BinaryFiles", using: ["BinaryFiles", "Platform"]),
    tests(of: "WeightFormats", using: ["WeightFormats", "CKernels"]),
    tests(of: "GGUF", using: ["GGUF", "WeightFormats", "BinaryFiles"]),
    tests(of: "SafeTensors", using: ["SafeTensors", "BinaryFiles"]),
    tests(of: "PyTorchFiles", using: ["PyTorchFiles", "BinaryFiles"]),
    tests(of: "RandomNumbers", using: ["RandomNumbers"]),
    tests(of: "Kernels", using: ["Kernels", "WeightFormats", "CKernels"]),
    tests(of: "Tokens", using: ["Tokens", "ModelFiles", "BinaryFiles", "RandomNumbers"]),
    tests(of: "ModelHub", using: ["ModelHub", "BinaryFiles", "Platform"]),
    tests(
      of: "Transformer", using: ["Transformer", "ModelFiles", "Kernels", "WeightFormats", "BinaryFiles"]),
    tests(
      of: "ModelFiles",
      using: [
        "ModelFiles", "Evaluation", "Generation", "Transformer", "Tokens", "Kernels", "WeightFormats", "GGUF",
        "SafeTensors",
        "BinaryFiles",
      ]),
    tests(
      of: "Generation",
      using: [
        "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "WeightFormats", "BinaryFiles",
        "RandomNumbers",
      ]),
    tests(of: "GPT2Kit", using: ["GPT2Kit", "Generation", "ModelFiles", "Transformer", "Kernels"]),
    tests(
      of: "Evaluation",
      using: [
        "Evaluation", "Generation", "ModelFiles", "Kernels", "Transformer", "Tokens", "Communication",
        "BinaryFiles",
      ]),
    tests(
      of: "Training",
      using: [
        "Training", "ModelFiles", "Transformer", "Tokens", "Kernels", "Communication", "BinaryFiles",
        "RandomNumbers",
      ]),
    tests(
      of: "Server",
      using: [
        "Server", "gpt2-serve", "Generation", "ModelFiles", "Transformer", "Tokens", "Kernels", "BinaryFiles",
        "Platform",
        serverOnly("Logging", of: "swift-log"),
      ]),
    tests(
      of: "GPT2Training",
      using: [
        "GPT2Training", "GPT2Kit", "Training", "Generation", "ModelFiles", "Transformer", "Tokens",
        "BinaryFiles",
      ]),
    tests(of: "Charts", using: ["Charts"]),
    tests(of: "Reports", using: ["Reports", "Training", "Charts", "BinaryFiles"]),
    tests(
      of: "Benchmarks",
      using: ["Benchmarks", "Training", "Transformer", "Kernels", "Communication", "BinaryFiles"]),
    tests(
      of: "Lessons",
      using: [
        "Lessons", "Training", "Generation", "Transformer", "Tokens", "Kernels", "Charts", "RandomNumbers",
        "BinaryFiles", "CZlib",
      ]),
    tests(
      of: "Command",
      using: [
        "gpt2", "ladder", "Terminal", "GPT2Training", "Kernels", "ModelFiles", "ModelHub", "Transformer",
        "Tokens",
        argumentParser,
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// dev/fuzz/fuzz.sh, which says so, builds a program of the readers that are fuzzed; the tests read what it found again.
let fuzzed: [Target.Dependency] = [
  "Lessons", "Reports", "Training", "Evaluation", "Server", "Generation", "ModelFiles", "ModelHub",
  "Transformer", "Tokens", "Kernels", "SafeTensors", "PyTorchFiles", "BinaryFiles", "Platform",
].map(module(of:))
package.targets += [
  Context.environment["GPT2_FUZZ"] != nil
    ? .executableTarget(
      name: "fuzz", dependencies: fuzzed, path: "dev/fuzz/Sources", exclude: ["CorpusTests.swift"],
      swiftSettings: settings)
    : .testTarget(
      name: "FuzzTests", dependencies: fuzzed + ["TestSupport"], path: "dev/fuzz/Sources",
      exclude: ["Main.swift"],
      swiftSettings: settings)
]
