// Keyboard shortcuts that work anywhere on a page, except where the user types or a control needs the key.

const TEXT_TYPES = ['text', 'search', 'number', 'email', 'password', 'tel', 'url', 'date', 'time'];
const MOVES = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'];
const OWN_KEYS = [ // of the controls that do not take text
  ['button, a, summary, input:not([type="range"])', [' ']],
  ['input[type="radio"]', ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']],
  ['input[type="range"]', MOVES],
  ['select', [' ', ...MOVES]],
  ['[role="region"][tabindex]', ['ArrowLeft', 'ArrowRight', 'Home', 'End']], // which scrolls
];

function takesText(node) {
  return node.matches('textarea, dialog, [contenteditable]') || (node instanceof HTMLInputElement && TEXT_TYPES.includes(node.type));
}

/** Whether a control needs a key itself. A select finds its options by their letters. */
function isOwnKey(node, key) {
  return OWN_KEYS.some(([control, keys]) => node.matches(control) && keys.includes(key))
    || (node.matches('select') && /^[\p{L}\p{N}]$/u.test(key));
}

/**
 * Binds keys to actions: `bindKeys({ '?': openHelp, ' ': pause })`. Returns a function that unbinds them.
 */
export function bindKeys(bindings) {
  const listener = (event) => {
    const action = bindings[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    const path = event.composedPath().filter((node) => node instanceof Element);
    if (!path.some((node) => takesText(node) || isOwnKey(node, event.key))) {
      event.preventDefault();
      action();
    }
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}
