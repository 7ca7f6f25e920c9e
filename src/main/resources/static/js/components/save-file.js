// Saves files on the user's device.

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
