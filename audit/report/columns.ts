/** Columns padded to the widest cell; colours do not count as width. */
export function columns(rows: readonly (readonly string[])[]): string {
  const plain = (text: string): string => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => plain(row[column]!).length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(widths[column]! - plain(cell).length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
