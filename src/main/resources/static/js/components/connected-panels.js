// The panels on the page, for the keys that act on one of them.

const panels = new Set();

export function panelConnected(panel) {
  panels.add(panel);
}

export function panelDisconnected(panel) {
  panels.delete(panel);
}

/** The panel that has the focus or is under the pointer, or else the first that is in sight; undefined if there is none. */
export function pointedPanel() {
  const inSight = [...panels].filter((panel) => panel.isVisible)
    .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  return inSight.find((panel) => panel.matches(':focus-within')) ?? inSight.find((panel) => panel.matches(':hover')) ?? inSight[0];
}
