import { SubjectPanel } from '../subject-panel.js';
customElements.define('mg-network-panel', class extends SubjectPanel { static heading = 'Network'; });
