// Keys that work anywhere on a page, but where somebody types or a control has a use for them.

const TYPING = 'input, textarea, select, dialog, [contenteditable]';

/**
 * Calls what is bound to a key: `bindKeys({ '?': openHelp, ' ': pause })`. Gives a function that undoes
 * it.
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
    if (!isTyped && !isPressed) {
      event.preventDefault();
      action();
    }
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}
