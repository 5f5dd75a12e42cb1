/*
 * The admin API, as the console asks it. The token goes in a header and nowhere else: it is kept for this tab only, and never in an address.
 */

const API = new URL('../admin/', import.meta.url);
const TOKEN = 'fresnel.admin-token';

/** The gateway said no, or could not be asked at all. */
export class Refusal extends Error {
  /**
   * @param {number} status of the reply; 0: there was none
   * @param {string[]} problems each in words
   */
  constructor(status, problems) {
    super(problems.join(' '));
    this.status = status;
    this.problems = problems;
  }

  get wantsToken() {
    return this.status === 401;
  }
}

export class Api {
  #token = sessionStorage.getItem(TOKEN) ?? '';

  get hasToken() {
    return this.#token !== '';
  }

  set token(token) {
    this.#token = token;
    sessionStorage.setItem(TOKEN, token);
  }

  forgetToken() {
    this.#token = '';
    sessionStorage.removeItem(TOKEN);
  }

  get(path, query) {
    return this.#ask('GET', path, { query });
  }

  post(path, body, query) {
    return this.#ask('POST', path, { body, query });
  }

  put(path, body) {
    return this.#ask('PUT', path, { body });
  }

  delete(path, query) {
    return this.#ask('DELETE', path, { query });
  }

  async #ask(method, path, question) {
    const response = await this.#send(method, path, question);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  }

  /**
   * Server-sent events until the signal ends them or the gateway does. Not by EventSource, which can send no header.
   *
   * @param {string} last id of the last event that is known
   * @param {{ opened: () => void, heard: (event: {id: string, data: string}) => void, signal: AbortSignal }} reader
   */
  async stream(path, last, { opened, heard, signal }) {
    const response = await this.#send('GET', path, { headers: { 'last-event-id': last }, signal });
    opened();
    let text = '';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const blocks = (text + read.value).split('\n\n');
      text = blocks.pop();
      blocks.map(readEvent).filter((event) => event.data !== '').forEach(heard);
    }
  }

  async #send(method, path, { query = {}, body, headers: given, signal }) {
    const address = new URL(path, API);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') {
        address.searchParams.set(name, value);
      }
    }
    const headers = new Headers(given);
    if (this.hasToken) {
      headers.set('authorization', `Bearer ${this.#token}`);
    }
    if (body !== undefined) {
      headers.set('content-type', 'application/json');
    }
    let response;
    try {
      response = await fetch(address, {
        method,
        headers,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      });
    } catch (failure) {
      if (signal?.aborted) {
        throw failure;
      }
      throw new Refusal(0, ['The gateway does not answer.']);
    }
    if (!response.ok) {
      throw new Refusal(response.status, problemsIn(await response.text()));
    }
    return response;
  }
}

/** One segment of a path, whatever is in it. */
export const segment = encodeURIComponent;

function readEvent(block) {
  const event = { id: '', data: [] };
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') {
      event.data.push(value);
    } else if (field === 'id') {
      event.id = value;
    }
  }
  return { ...event, data: event.data.join('\n') };
}

/** A refusal is JSON with every problem; whatever stands between may answer in other words. */
function problemsIn(text) {
  try {
    const { error } = JSON.parse(text);
    return error.problems.map((problem) => problem.message);
  } catch {
    return [text.trim().slice(0, 300) || 'The gateway gave no reason.'];
  }
}
