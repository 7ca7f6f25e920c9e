// Saves files on the user's device.

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/; // as tables contain them

/** Saves what is at a URL. */
export function saveUrl(url, name) {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** @param type the media type, such as `text/csv` */
export function saveText(text, type, name) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  saveUrl(url, name);
  URL.revokeObjectURL(url);
}

/** Saves a table as CSV: the names of its columns, and its rows as lists of values. */
export function saveCsv(columns, rows, name) {
  const text = [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n');
  saveText(`${text}\r\n`, 'text/csv', name);
}

/** Quotes a value if necessary; a text that a spreadsheet would take for a formula, but for no number, is prefixed with '. */
function csvField(value) {
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && !NUMBER.test(value);
  const text = isFormula ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
