// The panels of the Live page in their initial order; a new panel is registered here. On a wide screen, each takes
// `columns` of twelve, or more to fill its row, and reserves `height` px, so that the page does not jump while it
// loads. The first row fits on a screen of 1440 by 900 px. components/panel.js describes what a panel is.

export const PANELS = [
  { tag: 'mg-samples-panel', columns: 4, height: 620, load: () => import('./samples.js') },
  { tag: 'mg-attention-panel', columns: 4, height: 620, load: () => import('./attention.js') },
  { tag: 'mg-loss-panel', columns: 4, height: 620, load: () => import('./loss.js') },
  { tag: 'mg-probabilities-panel', columns: 6, height: 600, load: () => import('./probabilities.js') },
  { tag: 'mg-health-panel', columns: 6, height: 600, load: () => import('./health.js') },
  { tag: 'mg-heads-panel', columns: 6, height: 420, load: () => import('./heads.js') },
  { tag: 'mg-probes-panel', columns: 6, height: 420, load: () => import('./probes.js') },
  { tag: 'mg-network-panel', columns: 12, height: 842, load: () => import('./network.js') },
  { tag: 'mg-embeddings-panel', columns: 6, height: 600, load: () => import('./embeddings.js') },
  { tag: 'mg-mlp-panel', columns: 6, height: 600, load: () => import('./mlp.js') },
  { tag: 'mg-parameters-panel', columns: 12, height: 790, load: () => import('./parameters.js') },
];
