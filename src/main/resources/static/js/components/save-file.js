// Saves files on the user's device.

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/; // as tables contain them

/** Saves what is at a URL. */
export function saveUrl(url, name) {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** Saves a Blob. */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  saveUrl(url, name);
  URL.revokeObjectURL(url);
}

/** @param type the media type, such as `text/csv` */
export function saveText(text, type, name) {
  saveBlob(new Blob([text], { type }), name);
}

/** Saves a table as CSV: the names of its columns, and its rows as lists of values. */
export function saveCsv(columns, rows, name) {
  const text = [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n');
  saveText(`${text}\r\n`, 'text/csv', name);
}

/** Saves a value as JSON; numbers that are not finite become null. */
export function saveJson(value, name) {
  saveText(`${JSON.stringify(value)}\n`, 'application/json', name);
}

/** Quotes a value if necessary; a text that a spreadsheet would take for a formula, but for no number, is prefixed with '. */
function csvField(value) {
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && !NUMBER.test(value);
  const text = isFormula ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
