// Keys that work anywhere on a page, but where somebody types or a control has a use for them.

const TYPING = 'input, textarea, select, dialog, [contenteditable]';
const SCROLLING = '[role="region"][tabindex]';
const SCROLLS = ['ArrowLeft', 'ArrowRight', 'Home', 'End'];

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
    const isScrolled = SCROLLS.includes(event.key) && path.some((node) => node.matches(SCROLLING));
    if (!isTyped && !isPressed && !isScrolled) {
      event.preventDefault();
      action();
    }
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}
