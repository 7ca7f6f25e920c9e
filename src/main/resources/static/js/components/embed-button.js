// The entry of a panel's menu that copies HTML with which other sites can embed the panel.

import { html, nothing } from 'lit';

import { allowsEmbeds, embedCode, needsToken } from '../data/embed.js';
import { texts } from '../data/texts.js';

const t = await texts('common');

/**
 * A button that sends `copy-text`, {text, said}, for the page to copy; nothing if the service does not let other sites embed
 * panels, or the panel has no `embedName`.
 */
export function embedButton(panel) {
  const copy = () => panel.dispatchEvent(new CustomEvent('copy-text', {
    bubbles: true,
    composed: true,
    detail: {
      text: embedCode(panel.live.name, panel.embedName),
      said: t(needsToken() ? 'embed.copiedWithToken' : 'embed.copied'),
    },
  }));
  return allowsEmbeds && panel.embedName !== undefined
    ? html`<button class="quiet" @click=${copy}>${t('embed.copy')}</button>` : nothing;
}
