/// A graph without cycles in columns, every edge cut into parts from one column to the next.
struct LayeredGraph {
  /// Of each node, and after them of each slot: a place that an edge runs through.
  private(set) var column: [Int]
  /// For each edge its slots, from left to right.
  private(set) var slots: [[Int]] = []
  /// For each node and slot those in the column to the left that lead to it; `after` likewise to the right.
  private(set) var before: [[Int]]
  private(set) var after: [[Int]]
  /// Each column from the top.
  private(set) var order: [[Int]]
  let slotCount: Int

  init(columns: [Int], edges: [GraphDrawing.Edge]) {
    column = columns
    before = Array(repeating: [], count: columns.count)
    after = before
    for edge in edges {
      var path = [edge.from]
      for place in columns[edge.from] + 1..<columns[edge.to] {
        path.append(column.count)
        column.append(place)
        before.append([])
        after.append([])
      }
      slots.append(Array(path.dropFirst()))
      path.append(edge.to)
      for (left, right) in zip(path, path.dropFirst()) {
        after[left].append(right)
        before[right].append(left)
      }
    }
    slotCount = column.count - columns.count
    order = Array(repeating: [], count: (columns.max() ?? -1) + 1)
    arrangeDepthFirst()
  }

  /// For each node a column, right of all that lead to it. What nothing leads to stands right before the first that
  /// needs it.
  static func columns(count: Int, edges: [GraphDrawing.Edge]) -> [Int] {
    var after = Array(repeating: [Int](), count: count)
    var waiting = Array(repeating: 0, count: count)
    for edge in edges {
      after[edge.from].append(edge.to)
      waiting[edge.to] += 1
    }
    let sources = waiting.indices.filter { waiting[$0] == 0 }
    var columns = Array(repeating: 0, count: count)
    var ready = sources
    var placed = 0
    while let node = ready.popLast() {
      placed += 1
      for next in after[node] {
        columns[next] = max(columns[next], columns[node] + 1)
        waiting[next] -= 1
        if waiting[next] == 0 { ready.append(next) }
      }
    }
    precondition(placed == count, "a graph with a cycle")
    for source in sources { columns[source] = (after[source].map { columns[$0] }.min() ?? 1) - 1 }
    return columns
  }

  /// From the last nodes back, so that what belongs together starts out together.
  private mutating func arrangeDepthFirst() {
    var isPlaced = Array(repeating: false, count: column.count)
    var stack = Array(column.indices.filter { after[$0].isEmpty }.reversed())
    while let node = stack.popLast() {
      if isPlaced[node] { continue }
      isPlaced[node] = true
      order[column[node]].append(node)
      stack += before[node].reversed()
    }
  }

  /// Sorts each column by the average places of the neighbours on one side, then on the other, and keeps the best order.
  mutating func reduceCrossings() {
    var best = order
    var fewest = crossings
    for sweep in 0..<12 where fewest > 0 {
      let isForward = sweep.isMultiple(of: 2)
      for index in isForward ? Array(order.indices) : order.indices.reversed() {
        let fixed = index + (isForward ? -1 : 1)
        guard order.indices.contains(fixed) else { continue }
        sort(index, by: isForward ? before : after, in: order[fixed])
      }
      let count = crossings
      if count < fewest { (best, fewest) = (order, count) }
    }
    order = best
  }

  private mutating func sort(_ index: Int, by neighbours: [[Int]], in fixed: [Int]) {
    let places = Dictionary(uniqueKeysWithValues: zip(fixed, fixed.indices))
    let keys = order[index].enumerated().map { place, node -> (node: Int, key: Double, place: Int) in
      let found = neighbours[node].compactMap { places[$0] }
      // What has no neighbours there keeps its place in proportion.
      guard !found.isEmpty else {
        return (node, Double(place) * Double(fixed.count) / Double(order[index].count), place)
      }
      return (node, Double(found.reduce(0, +)) / Double(found.count), place)
    }
    order[index] = keys.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.node)
  }

  /// How many pairs of parts of edges cross.
  var crossings: Int {
    var count = 0
    for (left, right) in zip(order, order.dropFirst()) {
      let places = Dictionary(uniqueKeysWithValues: zip(right, right.indices))
      // From the top down on the left; each pair that goes up on the right crosses.
      var ends: [Int] = []
      for node in left {
        let targets = after[node].compactMap { places[$0] }
        for target in targets { count += ends.count { $0 > target } }
        ends += targets
      }
    }
    return count
  }
}
