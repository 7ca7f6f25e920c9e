// The panels of the Live page, in their order: the one place to register one. `columns` of twelve on a
// wide screen. What a panel is and gets, panel.js says.

export const PANELS = [
  { tag: 'mg-loss-panel', columns: 8, load: () => import('./loss.js') },
  { tag: 'mg-steering-panel', columns: 4, load: () => import('./steering.js') },
  { tag: 'mg-samples-panel', columns: 5, load: () => import('./samples.js') },
  { tag: 'mg-health-panel', columns: 7, load: () => import('./health.js') },
  { tag: 'mg-attention-panel', columns: 6, load: () => import('./attention.js') },
  { tag: 'mg-probabilities-panel', columns: 6, load: () => import('./probabilities.js') },
  { tag: 'mg-network-panel', columns: 12, load: () => import('./network.js') },
  { tag: 'mg-embeddings-panel', columns: 6, load: () => import('./embeddings.js') },
  { tag: 'mg-mlp-panel', columns: 6, load: () => import('./mlp.js') },
  { tag: 'mg-parameters-panel', columns: 12, load: () => import('./parameters.js') },
];
