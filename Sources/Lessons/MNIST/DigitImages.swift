import GPT2BinaryFiles

/// Grey images of digits, and which digit each is: MNIST (LeCun, Cortes and Burges), or anything laid out like it.
package struct DigitImages: Sendable {
  /// 0 to 9.
  package static let classes = 10

  package let rows: Int
  package let columns: Int
  /// (images, rows, columns): 0 for paper, 255 for ink.
  package let pixels: [UInt8]
  /// (images): 0 to 9.
  package let labels: [UInt8]

  package var count: Int { labels.count }
  package var pixelsPerImage: Int { rows * columns }

  /// The pixels of one image, row by row.
  package subscript(index: Int) -> ArraySlice<UInt8> {
    pixels[index * pixelsPerImage..<(index + 1) * pixelsPerImage]
  }

  /// Which files of a directory they are in.
  package enum Part: String, Sendable {
    case training = "train"
    case test = "t10k"
  }

  /// Reads NAME-images-idx3-ubyte and NAME-labels-idx1-ubyte, or the same with .gz.
  ///
  /// - Throws: `FileError` if a file is missing or damaged, if there are not as many labels as images, or if a label
  ///   is no digit.
  package init(_ part: Part, in directory: String) throws(FileError) {
    let images = try Self.file(part.rawValue + "-images-idx3-ubyte", in: directory, rank: 3, "images")
    let labels = try Self.file(part.rawValue + "-labels-idx1-ubyte", in: directory, rank: 1, "labels")
    guard labels.values.count == images.dimensions[0] else {
      throw FileError(
        labels.path,
        .mismatch(
          found: "\(labels.values.count) labels", expected: "\(images.dimensions[0]), one an image",
          advice: "the two files do not belong together: fetch them again"))
    }
    if let index = labels.values.firstIndex(where: { $0 >= Self.classes }) {
      throw FileError(
        labels.path,
        .invalidExample(index: index, found: "label \(labels.values[index])", expected: "a digit, 0 to 9"))
    }
    (rows, columns) = (images.dimensions[1], images.dimensions[2])
    pixels = images.values
    self.labels = labels.values
  }

  /// - Throws: `FileError` if the images are not of this size.
  package func check(rows: Int, columns: Int, in directory: String) throws(FileError) {
    guard (self.rows, self.columns) == (rows, columns) else {
      throw FileError(
        directory,
        .mismatch(
          found: "test images of \(self.rows) × \(self.columns) pixels",
          expected: "\(rows) × \(columns) as for training", advice: "fetch the files again"))
    }
  }

  private static func file(
    _ name: String, in directory: String, rank: Int, _ kind: String
  ) throws(FileError) -> IDXFile {
    let path = directory + "/" + name
    do throws(FileError) {
      return try IDXFile(contentsOf: path + ".gz", rank: rank, holding: kind)
    } catch {
      guard error.cause == .notFound else { throw error }
    }
    do throws(FileError) {
      return try IDXFile(contentsOf: path, rank: rank, holding: kind)
    } catch {
      throw LessonFile.explained(
        FileError(path + ".gz", error.cause), expected: "MNIST's \(kind)",
        advice: "--data names another directory")
    }
  }
}
