/// A product by BLAS: bands of c, one call each.
struct BLASProduct {
  let a: Operand  // (rows, k)
  let b: Operand  // (k, columns)
  let c: Matrix  // (rows, columns)
  let epilogue: Epilogue
  let workers: Workers

  func run() {
    MatmulBands(rows: c.rows, columns: c.columns, k: a.columns).run(on: workers) { rows, columns in
      let band = c.rows(rows).columns(columns)
      let epilogue = epilogue.block(rows, columns)
      // The product is added to what the band holds, while that is still in the cache.
      initialise(band, epilogue)
      BLAS.gemm(
        a.rows(rows), b.columns(columns), scale: epilogue.scale, into: band,
        accumulating: epilogue.bias != nil || epilogue.addend != nil)
      epilogue.finish(band, workers.kernels)
    }
  }

  /// Writes bias + addend, as far as there are any.
  private func initialise(_ c: Matrix, _ epilogue: Epilogue) {
    for row in 0..<c.rows {
      let target = c.base + row * c.stride
      switch (epilogue.bias?.base, epilogue.addend.map { $0.base + row * $0.stride }) {
      case (let bias?, let addend?):
        Vectors.add(addend, bias, into: target, count: c.columns)
      case (let source?, nil), (nil, let source?):
        if source != target { target.update(from: source, count: c.columns) }
      case (nil, nil):
        return
      }
    }
  }
}
