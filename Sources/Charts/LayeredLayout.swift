/// Places for the nodes of a graph without cycles, in columns from left to right, so that no two overlap and no edge
/// runs through a node. Four steps, after Sugiyama, Tagawa and Toda (1981):
///
/// 1. every node gets a column, right of all it comes from;
/// 2. an edge over several columns gets a slot in each of those between, like a node without a box;
/// 3. the order in each column follows its neighbours' average places, so that few edges cross;
/// 4. heights are as near to the neighbours' as that order allows.
struct LayeredLayout {
  /// A part of an edge that runs level, across one column. A node's own is a single point on its side.
  struct Segment {
    let start: ChartPoint
    let end: ChartPoint
  }

  let size: ChartSize
  /// Of each node.
  let centres: [ChartPoint]
  /// For each edge: where it leaves, the slots it runs through, where it arrives.
  let routes: [[Segment]]

  private static let margin = 4.0
  private static let rowGap = 10.0
  private static let columnGap = 42.0
  private static let slotHeight = 4.0

  /// - Parameter roomForLabels: How much wider the gaps between columns are.
  init(sizes: [ChartSize], edges: [GraphDrawing.Edge], roomForLabels: Double = 0) {
    let columnGap = Self.columnGap + roomForLabels
    let columns = LayeredGraph.columns(count: sizes.count, edges: edges)
    var graph = LayeredGraph(columns: columns, edges: edges)
    graph.reduceCrossings()
    let heights = sizes.map(\.height) + Array(repeating: Self.slotHeight, count: graph.slotCount)
    let y = Self.heights(of: graph, heights)

    var widths = Array(repeating: 0.0, count: graph.order.count)
    for (node, size) in sizes.enumerated() { widths[columns[node]] = max(widths[columns[node]], size.width) }
    var left = Self.margin
    let lefts = widths.map { width in
      defer { left += width + columnGap }
      return left
    }
    centres = sizes.indices.map { ChartPoint(lefts[columns[$0]] + widths[columns[$0]] / 2, y[$0]) }
    routes = zip(edges, graph.slots).map { [centres] edge, slots in
      let first = ChartPoint(centres[edge.from].x + sizes[edge.from].width / 2, y[edge.from])
      let last = ChartPoint(centres[edge.to].x - sizes[edge.to].width / 2, y[edge.to])
      let columnEnd = lefts[columns[edge.from]] + widths[columns[edge.from]]
      let between = slots.map { slot in
        let left = lefts[graph.column[slot]]
        return Segment(
          start: ChartPoint(left, y[slot]), end: ChartPoint(left + widths[graph.column[slot]], y[slot]))
      }
      // Curves only between columns, where there is nothing to run into.
      let start = Segment(start: first, end: ChartPoint(columnEnd, first.y))
      let end = Segment(start: ChartPoint(lefts[columns[edge.to]], last.y), end: last)
      return [start] + between + [end]
    }
    let bottom = zip(y, heights).map { $0 + $1 / 2 }.max() ?? 0
    size = ChartSize(width: max(left - columnGap, 0) + Self.margin, height: bottom + Self.margin)
  }

  /// The y of every node's and slot's centre.
  private static func heights(of graph: LayeredGraph, _ heights: [Double]) -> [Double] {
    var y = Array(repeating: 0.0, count: heights.count)
    /// Distances between the centres of one below the other.
    func distances(_ column: [Int]) -> [Double] {
      zip(column, column.dropFirst()).map { (heights[$0] + heights[$1]) / 2 + rowGap }
    }
    for column in graph.order {
      var place = 0.0
      for (node, distance) in zip(column, distances(column) + [0]) {
        y[node] = place
        place += distance
      }
    }
    for sweep in 0..<16 {
      let isForward = sweep.isMultiple(of: 2)
      for column in isForward ? graph.order : graph.order.reversed() {
        let wishes = column.map { node -> Double in
          let near = isForward ? graph.before[node] : graph.after[node]
          let neighbours = near.isEmpty || sweep > 11 ? graph.before[node] + graph.after[node] : near
          return neighbours.isEmpty ? y[node] : neighbours.reduce(0) { $0 + y[$1] } / Double(neighbours.count)
        }
        for (node, place) in zip(column, Spacing.nearest(to: wishes, distances: distances(column))) {
          y[node] = place
        }
      }
    }
    let top = zip(y, heights).map { $0 - $1 / 2 }.min() ?? 0
    return y.map { $0 - top + margin }
  }
}

/// Places on a line with least distances between neighbours.
enum Spacing {
  /// The places with the least sum of squared differences from those wished for: isotonic regression, by pooling
  /// adjacent violators (Ayer et al. 1955), of what is left when the distances are taken away.
  ///
  /// - Parameter distances: Between each and the next; one fewer than wishes.
  static func nearest(to wishes: [Double], distances: [Double]) -> [Double] {
    var offset = 0.0
    let offsets = wishes.indices.map { index in
      offset += index == 0 ? 0 : distances[index - 1]
      return offset
    }
    var pools: [(sum: Double, count: Int)] = []
    for (wish, offset) in zip(wishes, offsets) {
      pools.append((wish - offset, 1))
      while pools.count > 1 {
        let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
        guard before.sum / Double(before.count) > last.sum / Double(last.count) else { break }
        pools.removeLast()
        pools[pools.count - 1] = (before.sum + last.sum, before.count + last.count)
      }
    }
    let means = pools.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    return zip(means, offsets).map(+)
  }
}
