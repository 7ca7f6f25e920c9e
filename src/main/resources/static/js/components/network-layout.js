// Computes where the blocks of the network picture are, from top to bottom.

import { addsPosition, isGated, kvHeadsOf } from '../data/model/architecture.js';

const LEFT = 34; // px, for the residual stream
const RIGHT = 10;
const GAP = 12;
const THIN = 25;
const TALL = 43; // with a strip of numbers
/** Up to this number of layers, all are open; of more, only one. */
export const MOST_OPEN = 2;
const MOST_HEADS = 8; // up to this number, each head has a box

/**
 * The blocks and lines of a model with sizes and an architecture, for a width in px: blocks {id, x, y, width, height, shape, strip} where `strip` says
 * that numbers are drawn in it, groups of closed layers {from, to, …}, frames of open layers, arrows and
 * residual lines.
 */
export function layout({ nLayer, nHead, nEmbd, vocabSize, positions, hidden }, architecture, width, open) {
  const blocks = [];
  const closed = [];
  const frames = [];
  const lines = [];
  const inner = width - LEFT - RIGHT;
  const middle = LEFT + inner / 2;
  let y = 4;

  const row = (ids, height, gap = GAP) => {
    const space = 8;
    const each = (inner - space * (ids.length - 1)) / ids.length;
    ids.forEach(({ id, shape, strip = false }, i) =>
      blocks.push({ id, shape, strip, x: LEFT + i * (each + space), y, width: each, height, isRound: false }));
    y += height;
    const from = y;
    y += gap;
    lines.push({ kind: 'arrow', x: middle, from, to: y });
  };
  const add = (id) => {
    const size = 24;
    blocks.push({ id, shape: '', strip: false, x: middle - size / 2, y, width: size, height: size, isRound: true });
    const at = y + size / 2;
    y += size + GAP;
    lines.push({ kind: 'arrow', x: middle, from: y - GAP, to: y });
    return at;
  };

  if (addsPosition(architecture)) {
    row([{ id: 'wte', shape: nEmbd }, { id: 'wpe', shape: nEmbd }], THIN);
    add('sum');
  } else {
    row([{ id: 'wte', shape: nEmbd }], THIN);
  }
  row([{ id: 'norm', shape: nEmbd, strip: true }], TALL);

  const isOpen = (layer) => nLayer <= MOST_OPEN || layer === open;
  for (let layer = 0; layer < nLayer; layer++) {
    if (!isOpen(layer)) {
      const to = layer < open ? open - 1 : nLayer - 1;
      closed.push({ from: layer, to, x: LEFT, y, width: inner, height: THIN });
      y += THIN + GAP;
      lines.push({ kind: 'arrow', x: middle, from: y - GAP, to: y });
      layer = to;
      continue;
    }
    const id = (name) => `layer${layer}.${name}`;
    const top = y;
    y += 22; // the name of the layer
    let start = y - 6;
    row([{ id: id('norm1'), shape: nEmbd }], THIN);
    const kvWidth = kvHeadsOf(architecture, nHead) * nEmbd / nHead;
    row(['attn_wq', 'attn_wk', 'attn_wv'].map((name) => ({ id: id(name), shape: name === 'attn_wq' ? nEmbd : kvWidth })), THIN);
    row(nHead <= MOST_HEADS
      ? Array.from({ length: nHead }, (_, head) => ({ id: id(`head${head}`), shape: positions, strip: true }))
      : [{ id: id('heads'), shape: `${nHead} × ${positions}`, strip: true }], nHead <= MOST_HEADS ? TALL : Math.min(180, 24 + 4 * nHead));
    row([{ id: id('attn_wo'), shape: nEmbd }], THIN);
    let at = add(id('add1'));
    lines.push({ kind: 'residual', x: 14, from: start, to: at, middle });
    start = at + 16;
    row([{ id: id('norm2'), shape: nEmbd }], THIN);
    row(isGated(architecture)
      ? [{ id: id('mlp_gate'), shape: hidden, strip: true }, { id: id('mlp_fc1'), shape: hidden }]
      : [{ id: id('mlp_fc1'), shape: hidden, strip: true }], TALL);
    row([{ id: id('relu'), shape: hidden, strip: !isGated(architecture) }], isGated(architecture) ? THIN : TALL);
    row([{ id: id('mlp_fc2'), shape: nEmbd }], THIN);
    at = add(id('add2'));
    lines.push({ kind: 'residual', x: 14, from: start, to: at, middle });
    frames.push({ layer, x: 2, y: top, width: width - 3, height: y - GAP - top + 6 });
    y += 8;
    lines.at(-2).to = y;
  }
  if (architecture.finalNorm) {
    row([{ id: 'final_norm', shape: nEmbd }], THIN);
  }
  row([{ id: 'lm_head', shape: vocabSize, strip: true }], TALL);
  row([{ id: 'probs', shape: vocabSize, strip: true }], TALL + 14);
  lines.pop(); // nothing follows
  return { blocks, closed, frames, lines, height: y - GAP + 4 };
}
