// The panels of the Live page in their order; a new panel is registered here. On a wide screen, each takes `columns`
// of twelve, and reserves `height` px, so that the page does not jump while it loads. components/panel.js describes
// what a panel is.

export const PANELS = [
  { tag: 'mg-loss-panel', columns: 8, height: 480, load: () => import('./loss.js') },
  { tag: 'mg-steering-panel', columns: 4, height: 690, load: () => import('./steering.js') },
  { tag: 'mg-samples-panel', columns: 5, height: 478, load: () => import('./samples.js') },
  { tag: 'mg-health-panel', columns: 7, height: 478, load: () => import('./health.js') },
  { tag: 'mg-attention-panel', columns: 6, height: 440, load: () => import('./attention.js') },
  { tag: 'mg-probabilities-panel', columns: 6, height: 590, load: () => import('./probabilities.js') },
  { tag: 'mg-network-panel', columns: 12, height: 842, load: () => import('./network.js') },
  { tag: 'mg-embeddings-panel', columns: 6, height: 600, load: () => import('./embeddings.js') },
  { tag: 'mg-mlp-panel', columns: 6, height: 600, load: () => import('./mlp.js') },
  { tag: 'mg-parameters-panel', columns: 12, height: 790, load: () => import('./parameters.js') },
];
