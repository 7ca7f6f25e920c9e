// Draws a picture as SVG with the calls of a canvas, so that a picture can be saved as pixels or as shapes. It has the
// calls that components/picture.js and table-picture.js use.

const NAMES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const MIDDLE = 0.35; // of the size of a font: from the middle of its letters to their baseline
const INITIAL = {
  fillStyle: 'black', strokeStyle: 'black', lineWidth: 1, lineDash: [], globalAlpha: 1, font: '10px sans-serif', textBaseline: 'alphabetic',
};

export class SvgContext {
  #parts = [];
  #path = '';
  #saved = [];
  #measure = document.createElement('canvas').getContext('2d');

  constructor() {
    Object.assign(this, INITIAL);
  }

  save() {
    this.#saved.push(Object.fromEntries(Object.keys(INITIAL).map((name) => [name, this[name]])));
  }

  restore() {
    Object.assign(this, this.#saved.pop());
  }

  setLineDash(lineDash) {
    this.lineDash = lineDash;
  }

  measureText(text) {
    this.#measure.font = this.font;
    return this.#measure.measureText(text);
  }

  fillText(text, x, y) {
    const size = Number(/([\d.]+)px/.exec(this.font)[1]);
    const shift = this.textBaseline === 'middle' ? MIDDLE * size : 0;
    this.#add('text', { x, y: y + shift, fill: this.fillStyle, opacity: this.globalAlpha, style: `font: ${this.font}; white-space: pre` }, escaped(text));
  }

  fillRect(x, y, width, height) {
    this.#add('rect', { x, y, width, height, fill: this.fillStyle, opacity: this.globalAlpha });
  }

  strokeRect(x, y, width, height) {
    this.#add('rect', { x, y, width, height, fill: 'none', ...this.#stroke });
  }

  beginPath() {
    this.#path = '';
  }

  moveTo(x, y) {
    this.#path += `M${x} ${y}`;
  }

  lineTo(x, y) {
    this.#path += `L${x} ${y}`;
  }

  /** Adds a whole circle: the angles of an arc are not supported. */
  arc(x, y, radius) {
    this.#path += `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
  }

  stroke() {
    this.#add('path', { d: this.#path, fill: 'none', ...this.#stroke });
  }

  fill() {
    this.#add('path', { d: this.#path, fill: this.fillStyle, opacity: this.globalAlpha });
  }

  drawImage(canvas, x, y, width, height) {
    this.#add('image', { x, y, width, height, href: canvas.toDataURL('image/png'), preserveAspectRatio: 'none' });
  }

  /** Adds an SVG document at a place. */
  drawSvg(markup, x, y) {
    this.#parts.push(`<g transform="translate(${x} ${y})">${markup}</g>`);
  }

  get #stroke() {
    return {
      stroke: this.strokeStyle, opacity: this.globalAlpha, 'stroke-width': this.lineWidth, 'stroke-dasharray': this.lineDash.join(' ') || 'none',
    };
  }

  #add(tag, attributes, content = '') {
    const all = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');
    this.#parts.push(`<${tag}${all}>${content}</${tag}>`);
  }

  /** All that was drawn, as an SVG document. */
  toString(width, height) {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${this.#parts.join('')}</svg>\n`;
  }
}

function escaped(text) {
  return String(text).replaceAll(/[&<>"]/g, (character) => NAMES[character])
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD'); // which XML does not allow
}
