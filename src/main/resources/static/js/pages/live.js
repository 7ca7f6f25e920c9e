import { LitElement, html } from 'lit';
import '../ui/header.js';
class LivePage extends LitElement { render() { return html`<mg-header></mg-header>`; } }
customElements.define('mg-live-page', LivePage);
