// How the pages reach the service. Where it requires an API key, the user is asked for it.

import { HttpClient } from '../../client/http.js';
import { apiKey, askForKey } from './api-key.js';
import { SITE } from './site.js';

/** As long as the service lets a call take, such as a long `step`. */
const TIMEOUT = 3_600_000; // ms

export const http = new HttpClient({ url: `${location.origin}${SITE}`, key: apiKey(), askForKey, timeout: TIMEOUT });
