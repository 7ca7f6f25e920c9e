// Keyboard shortcuts that work anywhere on a page, except where the user types or a control needs the key.

const TYPING = 'input, textarea, select, dialog, [contenteditable]';
const SCROLLING = '[role="region"][tabindex]';
const SCROLLS = ['ArrowLeft', 'ArrowRight', 'Home', 'End'];

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
    const isTyped = path.some((node) => node.matches(TYPING));
    const isPressed = event.key === ' ' && path.some((node) => node.matches('button, a, summary'));
    const isScrolled = SCROLLS.includes(event.key) && path.some((node) => node.matches(SCROLLING));
    if (!isTyped && !isPressed && !isScrolled) {
      event.preventDefault();
      action();
    }
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}
