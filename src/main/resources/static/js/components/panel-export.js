// Saves what a panel shows: its numbers as CSV or JSON, its picture as PNG or SVG.

import { Picture, pixelDrawing } from './picture.js';
import { saveCsv, saveJson, saveText, saveUrl } from './save-file.js';
import { tablePicture } from './table-picture.js';
import { theme } from './theme.js';

export function saveNumbersAsCsv(panel) {
  const { columns, rows } = panel.table();
  saveCsv(columns, rows, fileName(panel, 'csv'));
}

export function saveNumbersAsJson(panel) {
  const { columns, rows } = panel.table();
  saveJson({ panel: panel.panelName, ...panel.source, columns, rows }, fileName(panel, 'json'));
}

export async function saveAsPng(panel) {
  const canvas = await pictureOf(panel, (picture) => picture.toCanvas());
  if (canvas !== null) {
    saveUrl(canvas.toDataURL('image/png'), fileName(panel, 'png'));
  }
}

export async function saveAsSvg(panel) {
  const markup = await pictureOf(panel, (picture) => picture.toSvg());
  if (markup !== null) {
    saveText(markup, 'image/svg+xml', fileName(panel, 'svg'));
  }
}

/** What the picture of a panel shows, see components/picture.js: its own, or its table; null while it has neither. */
export function drawingOf(panel) {
  const own = panel.showsTable ? null : panel.picture();
  if (own === null) {
    const table = panel.live === undefined ? null : panel.table();
    return table === null ? null : tablePicture(table);
  }
  return own instanceof HTMLCanvasElement ? pixelDrawing(own) : own;
}

/** What a function makes of the picture of a panel, in light colours; null if there is nothing to show. */
async function pictureOf(panel, make) {
  const made = await theme.forPicture(async () => {
    await panel.redraw();
    const drawing = drawingOf(panel);
    const legend = panel.showsTable ? [] : panel.legend();
    return drawing === null ? null : make(new Picture({ title: panel.heading, subject: panel.subject, legend, drawing }));
  });
  await panel.redraw();
  return made;
}

function fileName(panel, extension) {
  return `${panel.live.name}-${panel.heading.toLowerCase().replaceAll(' ', '-')}-step-${panel.step}.${extension}`;
}
