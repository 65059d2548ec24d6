import Foundation
import TestSupport
import Testing

/// The pages of every DocC catalogue under Sources, README.md and those of dev lead to what they say they do.
@Suite struct PagesTests {
  @Test func everyRelativeLinkLeadsToAFile() throws {
    for page in Array(try DocumentationPage.all().values) + Array(try DocumentationPage.loose().values) {
      for link in page.links {
        guard let target = page.target(of: link) else { continue }
        let isThere = FileManager.default.fileExists(atPath: TestFiles.project(target))
        #expect(isThere, "\(page.path):\(link.line): \(link.destination)")
      }
    }
  }

  /// In both of the ways that Kernels.md says names are written beside links.
  @Test func everyNameBesideALinkIsDeclaredThere() throws {
    var count = 0
    for page in try DocumentationPage.all().values {
      for link in page.links {
        guard let name = link.name, let target = page.target(of: link),
          target.hasSuffix(".swift") || target.hasSuffix(".h"),
          let source = try? String(contentsOfFile: TestFiles.project(target), encoding: .utf8)
        else { continue }
        count += 1
        let isDeclared =
          target.hasSuffix(".h")
          ? CDeclarations(source: source).contain(name) : SwiftDeclarations(source: source).contain(name)
        #expect(isDeclared, "\(page.path):\(link.line): no \(name) in \(target)")
      }
    }
    #expect(count > 50)
  }

  @Test func everyPageIsReachedFromItsLandingPage() throws {
    let pages = try DocumentationPage.all()
    for landing in Set(pages.values.map(\.landingPath)) {
      let first = try #require(pages[landing], "\(landing) is missing")
      var reached: Set<String> = [landing]
      var open = [first]
      while let page = open.popLast() {
        for target in page.links.compactMap({ page.target(of: $0) }) where !reached.contains(target) {
          guard let next = pages[target], next.catalogue == first.catalogue else { continue }
          reached.insert(target)
          open.append(next)
        }
      }
      let missed = pages.values.filter { $0.catalogue == first.catalogue }.map(\.path)
        .filter { !reached.contains($0) }
      #expect(missed.isEmpty, "from \(landing)")
    }
  }

  /// A page begins with its title, and fenced blocks are closed.
  @Test func pagesAreWhole() throws {
    for page in try DocumentationPage.all().values {
      #expect(page.text.hasPrefix("# "), "\(page.path)")
      let fences = page.text.split(separator: "\n").filter { $0.hasPrefix("```") }
      #expect(fences.count.isMultiple(of: 2), "\(page.path)")
    }
  }

  @Test func linksAndDeclarationsAreRead() {
    let page = DocumentationPage(
      path: "Sources/A/A.docc/B.md",
      text: """
        # B
        See [`C.run`](../C.swift), [there](D.md#part) and ![it](../../../dev/e.png), or [out](https://x.org/).
        ```
        [no](link.md)
        ```
        [`d`](#here) and `e(f:)` in
        [G.swift](../G.swift), `h` in words, [`I.swift`](../I.swift), and [`CK(j)`](../k/j.h) of [`j.h`](../k/j.h)
        """)
    #expect(page.landingPath == "Sources/A/A.docc/A.md")
    #expect(page.links.map(\.line) == [2, 2, 2, 2, 6, 7, 7, 7, 7])
    #expect(page.links.map(\.name) == ["C.run", nil, nil, nil, "d", "e(f:)", nil, "CK(j)", nil])
    #expect(
      page.links.map { page.target(of: $0) } == [
        "Sources/A/C.swift", "Sources/A/A.docc/D.md", "dev/e.png", nil, "Sources/A/A.docc/B.md",
        "Sources/A/G.swift", "Sources/A/I.swift", "Sources/A/k/j.h", "Sources/A/k/j.h",
      ])
    let swift = SwiftDeclarations(
      source: """
        extension Walk {
          private static func run(_ steps: Int) {}
          init(_ x: Int) { jump(x) }
          static func +(a: Walk, b: Walk) -> Walk { a }
        }
        """)
    for name in ["Walk.run", "run(_:)", "Walk", "Walk.init", "+"] { #expect(swift.contain(name), "\(name)") }
    for name in ["Walk.jump", "Run", "Talk.run", "runs", ""] { #expect(!swift.contain(name), "\(name)") }
  }
  @Test func declarationsInCAreRead() {
    let c = CDeclarations(
      source: """
        // CK(sum) of lines, as CK_SWIFT wants them.
        #define CK_WIDTH 16
        enum { CK_FP32, CK_FP16 };
        typedef struct {
          long lines;
        } ck_lines;
        CK_INLINE CK(register) CK(load)(const float *p) { return CK(stored)(p); }
        CK_FUNCTION float *CK(squares)(
            const float *x) { return CK(sum_of)(x, 1); }
        CK_SCALAR void ck_pause(void) { _mm_pause(); }
        static inline unsigned ck_cpuid(unsigned leaf) { return 0; }
        """)
    for name in ["CK(load)", "CK(squares)", "CK_WIDTH", "CK_FP16", "ck_lines", "ck_pause", "ck_cpuid"] {
      #expect(c.contain(name), "\(name)")
    }
    for name in ["CK(sum)", "CK(stored)", "CK(sum_of)", "CK_SWIFT", "CK_FP", "lines", "_mm_pause", ""] {
      #expect(!c.contain(name), "\(name)")
    }
  }
}
