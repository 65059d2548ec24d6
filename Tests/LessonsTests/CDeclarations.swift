import Foundation

/// Whether the kernels' C text declares what a page says it does.
struct CDeclarations {
  let source: String

  /// - Parameter name: "CK(tile)", a function of every set; or the name of a function, a type, a macro or a constant.
  func contain(_ name: String) -> Bool {
    guard !name.isEmpty else { return false }
    let name = NSRegularExpression.escapedPattern(for: name)
    let type = "(?:\\w+|CK\\(\\w+\\))[ *]+"
    let patterns = [
      "\\bCK_(?:INLINE|NOINLINE|FUNCTION|SCALAR)\\s+\(type)\(name)\\(",
      "\\bstatic inline \(type)\(name)\\(",
      "\\}\\s*\(name);",
      "(?m)^#define \(name)\\b",
      "\\benum\\s*\\{[^}]*\\b\(name)\\b",
    ]
    return patterns.contains { source.range(of: $0, options: .regularExpression) != nil }
  }
}
