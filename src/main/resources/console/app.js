/*
 * The console's frame: one page, a view at a time, chosen by the address behind '#'. Everything on it is drawn anew whenever something changed;
 * the templates touch only what is another.
 */
import { html, nothing, render } from './lit-html.js';
import { Api } from './api.js';
import { ask } from './dialog.js';
import { Feed } from './feed.js';
import { Resource, seldom } from './resource.js';
import { badge, shown } from './ui.js';
import arms from './views/arms.js';
import decision from './views/decision.js';
import decisions from './views/decisions.js';
import health from './views/health.js';
import lenses from './views/lenses.js';
import savings from './views/savings.js';
import tenants from './views/tenants.js';

/** In the order of the navigation; those without a title are reached from another. */
const VIEWS = { savings, decisions, decision, arms, lenses, tenants, health };

const api = new Api();
const feed = new Feed(api, changed);
const status = new Resource(() => api.get('status'), statusChanged);

/** What changes on its own is told to who does not see it, but no more often than it can be listened to. */
const SAID_EVERY = 15_000;
let spoken = '';
let unspoken = '';
const speak = seldom(SAID_EVERY, () => {
  spoken = unspoken;
  changed();
});

let drawing = false;
let address = { name: '', args: [] };
let view = undefined;

/**
 * What a view gets.
 *
 * @typedef {{
 *   api: Api, feed: Feed, status: Resource, changed: () => void, args: string[], width: number,
 *   resource: (load: () => Promise<any>) => Resource, go: (...args: string[]) => void, say: (text: string) => void
 * }} Frame
 */
function frameOf(args) {
  const resources = [];
  return {
    api,
    feed,
    status,
    changed,
    args,
    resources,
    get width() {
      return widthOf(document.getElementById('main'));
    },
    resource(load) {
      const resource = new Resource(load, changed);
      resources.push(resource);
      return resource;
    },
    say,
    go: (...next) => {
      location.hash = hashOf(address.name, ...next);
    },
  };
}

function say(text) {
  unspoken = text;
  speak();
}

function hashOf(...parts) {
  return `#${parts.map(encodeURIComponent).join('/')}`;
}

function widthOf(main) {
  return Math.max(260, (main?.clientWidth ?? 900) - (innerWidth < 700 ? 64 : 112));
}

/** A view is opened once the gateway has let us in; from then on each may count on there being a status. */
function statusChanged() {
  if (status.value && !lockedOut() && view === undefined) {
    route();
    feed.start();
  }
  changed();
}

/** Draws on the next frame, however often it is asked until then. */
function changed() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  }
}

function route() {
  if (!status.value) {
    return;
  }
  const [name, ...args] = location.hash.slice(1).split('/').map(decoded);
  const known = Object.hasOwn(VIEWS, name) ? name : 'savings';
  const moved = view !== undefined && known !== address.name;
  if (known === address.name && args.join('/') === address.args.join('/')) {
    return;
  }
  close();
  address = { name: known, args };
  const frame = frameOf(args);
  view = { ...VIEWS[known].open(frame), frame };
  document.title = `${VIEWS[known].title} · Fresnel`;
  draw();
  // Where the navigation is wider than the page; not by scrollIntoView, from which the next Tab would start.
  const link = document.querySelector('nav [aria-current]');
  link.closest('nav').scrollTo({ left: link.offsetLeft - 48 });
  if (moved) {
    scrollTo(0, 0);
    document.getElementById('main').focus({ preventScroll: true });
  }
}

function close() {
  view?.stop?.();
  view?.frame.resources.forEach((resource) => resource.stop());
  view = undefined;
  address = { name: '', args: [] };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function draw() {
  render(html`
    <a class="skip" href="#main" @click=${toMain}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#savings"><img src="icon.svg" alt="" width="28" height="28">Fresnel</a>
      <div class="state" aria-live="polite">${connection()}${standing()}</div>
      ${api.hasToken ? html`<button type="button" class="quiet small" @click=${forget}>Forget the token</button>` : nothing}
    </header>
    <nav aria-label="Views">
      <ul>
        ${Object.entries(VIEWS).filter(([, { icon }]) => icon).map(([name, { title, icon }]) => html`
          <li><a href="#${name}" aria-current=${isShown(name) ? 'page' : nothing}>${icon}<span>${title}</span></a></li>
        `)}
      </ul>
    </nav>
    <p class="unseen" role="status">${spoken}</p>
    <main id="main" tabindex="-1">
      ${content()}
    </main>
  `, document.body);
}

function content() {
  if (lockedOut()) {
    return tokenForm();
  }
  return view === undefined ? shown(status, () => nothing) : html`${banners()}${view.template()}`;
}

function isShown(name) {
  return name === (VIEWS[address.name]?.under ?? address.name);
}

function toMain(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

// ---- what is true of the whole gateway ----

function connection() {
  const [text, mood] = {
    connecting: ['connecting', 'calm'],
    live: ['live', 'good'],
    waiting: ['not connected', 'bad'],
    refused: ['token needed', 'warn'],
  }[feed.state];
  return badge(text, mood);
}

function standing() {
  const value = status.value;
  if (!value) {
    return nothing;
  }
  return value.delegation.state === 'paused' ? badge('delegation paused', 'warn') : nothing;
}

function banners() {
  const value = status.value;
  return html`
    ${value.draining ? html`<p class="notice warn slim" role="status">The gateway is shutting down: it takes no new requests.</p>` : nothing}
    ${value.config.files_rejected
      ? html`<p class="notice bad slim" role="status">The config files have problems, and the config from before is in force. <a href="#health">See which</a></p>`
      : nothing}
  `;
}

// ---- the token ----

function lockedOut() {
  return status.error?.wantsToken ?? false;
}

function tokenForm() {
  return html`
    <section class="card lock" aria-labelledby="lock-title">
      <h1 id="lock-title">${api.hasToken ? 'That token is wrong' : 'The gateway wants its admin token'}</h1>
      <p>It is <code>listen.admin-token</code> of the config. This tab keeps it until it is closed, and sends it to this gateway only.</p>
      <form @submit=${unlock}>
        <label for="token">Admin token</label>
        <input id="token" name="token" type="password" required autocomplete="off" spellcheck="false" aria-invalid=${api.hasToken ? 'true' : 'false'} aria-describedby="token-note">
        <p id="token-note" class="note" role="alert">${api.hasToken ? 'The gateway answered 401 to it. Check for missing characters.' : ''}</p>
        <button type="submit" class="primary">Open the console</button>
      </form>
    </section>
  `;
}

function unlock(event) {
  event.preventDefault();
  api.token = new FormData(event.target).get('token').trim();
  event.target.reset();
  close();
  status.refresh();
}

async function forget() {
  await ask(
    { title: 'Forget the token?', text: 'This tab shows nothing more until a token is typed again.', action: 'Forget it' },
    async () => api.forgetToken(),
  ) && location.reload();
}

// ---- the beginning ----

addEventListener('hashchange', route);
new ResizeObserver(changed).observe(document.body);
const soon = seldom(500, () => status.refresh());
feed.hear((event) => ['config_applied', 'config_rejected', 'delegation_paused', 'delegation_resumed'].includes(event.type) && soon());
draw();
status.every(5000);
