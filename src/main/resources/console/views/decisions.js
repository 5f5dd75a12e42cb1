/* What was decided of each request, newest first, as it happens. */
import { html, nothing, svg } from '../lit-html.js';
import { repeat } from '../directives/repeat.js';
import { decisionsOf } from '../feed.js';
import { clock, count, gain, usd } from '../format.js';
import { badge, nothingYet, tenantPicker } from '../ui.js';
import { reason, sentence } from '../words.js';

const KINDS = {
  all: ['All', () => true],
  delegated: ['Delegated', (decision) => decision.delegated],
  direct: ['Direct', (decision) => !decision.delegated],
  trouble: ['With trouble', (decision) => decision.trouble.length > 0],
};

/** Rows; older ones are in the log. */
const MOST = 200;

function open(frame) {
  const [tenant = '', kind = 'all'] = frame.args;
  const [, fits] = KINDS[kind] ?? KINDS.all;
  let held = undefined;
  const opened = Date.now();
  let fresh = 0;

  function shownNow() {
    return (held ?? decisionsOf(frame.feed.events)).filter((one) => fits(one) && (tenant === '' || one.tenant === tenant)).slice(0, MOST);
  }

  function hold() {
    held = held ? undefined : decisionsOf(frame.feed.events);
    frame.changed();
  }

  function waiting() {
    const known = new Set(held.map((one) => one.id));
    return decisionsOf(frame.feed.events).filter((one) => !known.has(one.id)).length;
  }

  const stop = frame.feed.hear((event) => {
    if (['delegation_started', 'delegation_skipped'].includes(event.type) && Date.parse(event.at) > opened) {
      fresh++;
      frame.say(`${count(fresh)} decisions since this view was opened`);
    }
  });

  function template() {
    const all = shownNow();
    const tenants = [...new Set(frame.feed.events.map((event) => event.tenant).filter(Boolean))].sort();
    return html`
      <header class="head">
        <div>
          <h1>Decisions</h1>
          <p class="lead">Which model each request went to, and why. Open one for its numbers.</p>
        </div>
        <div class="tools">
          ${tenantPicker(tenants, tenant, (id) => frame.go(id, kind), { all: true })}
          <label class="picker"><span>Show</span>
            <select @change=${(event) => frame.go(tenant, event.target.value)}>
              ${Object.entries(KINDS).map(([key, [name]]) => html`<option value=${key} ?selected=${key === kind}>${name}</option>`)}
            </select>
          </label>
          <button type="button" aria-pressed=${held ? 'true' : 'false'} @click=${hold}>${held ? 'Go on' : 'Hold still'}</button>
        </div>
      </header>
      ${held ? html`<p class="notice slim" role="status">Held still. ${count(waiting())} more since.</p>` : nothing}
      ${all.length === 0
        ? nothingYet('No decision yet', 'Send a chat completion to the data listener, and it appears here at once.')
        : html`
          <section class="card" aria-label="Decisions">
            <ol class="feed" reversed>${repeat(all, (one) => one.id, row)}</ol>
          </section>`}
    `;
  }

  return { template, stop };
}

function row(decision) {
  return html`
    <li>
      <a class="row" href="#decision/${encodeURIComponent(decision.tenant)}/${encodeURIComponent(decision.id)}">
        <time class="when" datetime=${decision.at}>${clock(decision.at)}</time>
        <span class="arm">${decision.arm}${decision.trouble.length > 0 ? html` ${badge('trouble', 'warn')}` : nothing}</span>
        <span class="why">${sentence(...decision.reasons.map(reason))} <small>${decision.tenant}${decision.model ? html`, ${decision.model}` : nothing}</small></span>
        <span class="money cost">${decision.cost === undefined ? (decision.delegated ? 'running' : '') : usd(decision.cost)}</span>
        <span class="money saved">${saved(decision.saved)}</span>
      </a>
    </li>
  `;
}

function saved(amount) {
  return amount === undefined || amount === null ? nothing : html`<span class=${amount < 0 ? 'loss' : 'gain'}>${gain(amount)}</span> saved`;
}

export default {
  title: 'Decisions',
  icon: svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 12h6m0 0 5-6h5M10 12l5 6h5"></path></svg>`,
  open,
};
