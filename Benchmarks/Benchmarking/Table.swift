/// A table that reads well as text and is Markdown at the same time.
public struct Table: Sendable {
  private let header: [String]
  private var rows: [[String]] = []

  public init(_ header: [String]) { self.header = header }

  public mutating func add(_ row: [String]) { rows.append(row) }

  public var isEmpty: Bool { rows.isEmpty }

  /// Lines with aligned bars; the first column is set left, the others right.
  public var text: String {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells.indices, cells).map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return "| " + padded.joined(separator: " | ") + " |\n"
    }
    let rule = widths.enumerated().map { column, width in
      column == 0
        ? String(repeating: "-", count: width + 2)
        : String(repeating: "-", count: width + 1) + ":"
    }
    return line(header) + "|" + rule.joined(separator: "|") + "|\n" + rows.map(line).joined()
  }
}
