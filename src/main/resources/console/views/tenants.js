/* The tenants: their routes and keys, what of their budgets is used, and the kill switch. */
import { html, nothing, svg } from '../lit-html.js';
import { repeat } from '../directives/repeat.js';
import { segment } from '../api.js';
import { bar } from '../chart.js';
import { ask } from '../dialog.js';
import { many, moment, percent, usd } from '../format.js';
import { badge, nothingYet, shown } from '../ui.js';
import { budgetState, keyState, mode, period } from '../words.js';

function open(frame) {
  const tenants = frame.resource(() => frame.api.get('tenants'));
  const budgets = frame.resource(() => frame.api.get('budgets'));
  const keys = frame.resource(() => frame.api.get('keys'));
  frame.status.refresh();
  tenants.every(10_000);
  budgets.every(3000);
  keys.every(10_000);

  async function order(path, tenant) {
    const stop = path === 'pause';
    const whom = tenant ?? 'the whole gateway';
    const done = await ask(
      {
        title: stop ? `Pause delegation for ${whom}?` : `Resume delegation for ${whom}?`,
        text: stop
          ? 'New requests go to the model that they name. Those under way end as they began.'
          : 'New requests are delegated again where it pays.',
        action: stop ? 'Pause' : 'Resume',
        danger: stop,
        fields: html`
          <div class="fields"><label>Reason <input name="reason" maxlength="200" autocomplete="off"><small>For the audit event. May be left out.</small></label></div>`,
      },
      (form) => frame.api.post(path, { tenant, reason: form.get('reason') || undefined }),
    );
    if (done) {
      frame.status.refresh();
    }
  }

  async function revoke(key) {
    const done = await ask(
      {
        title: `Revoke the key ${key.name}?`,
        text: html`<p>Requests of ${key.tenant} with this key are refused on all replicas within seconds. A revoked key never opens anything again.</p>`,
        action: 'Revoke',
        danger: true,
      },
      () => frame.api.delete(`keys/${segment(key.id)}`),
    );
    if (done) {
      keys.refresh();
    }
  }

  const button = (given, tenant) =>
    given.state === 'paused'
      ? html`<button type="button" class="primary small" aria-label="Resume ${tenant ?? 'the whole gateway'}" @click=${() => order('resume', tenant)}>Resume</button>`
      : html`<button type="button" class="small" aria-label="Pause ${tenant ?? 'the whole gateway'}" @click=${() => order('pause', tenant)}>Pause</button>`;

  function template() {
    return html`
      <header class="head">
        <div>
          <h1>Tenants</h1>
          <p class="lead">Who uses the gateway, what of their budgets is left, and whether their requests may be delegated.</p>
        </div>
      </header>
      ${shown(frame.status, ({ delegation }) => html`
        <section class="card" aria-labelledby="switch">
          <header><h2 id="switch">The whole gateway ${standing(delegation)}</h2>${button(delegation, undefined)}</header>
          ${who(delegation)}
        </section>`)}
      ${shown(tenants, (value) => html`<div class="columns wide">${repeat(value.tenants, (tenant) => tenant.id, card)}</div>`, {
        isEmpty: (value) => value.tenants.length === 0,
        empty: nothingYet('No tenants', 'Tenants come from the config.'),
      })}
    `;
  }

  function card(tenant) {
    const given = frame.status.value?.tenants.find((one) => one.id === tenant.id)?.delegation;
    return html`
      <article class="card" aria-label="Tenant ${tenant.id}">
        <header><h2>${tenant.id} ${given ? standing(given) : nothing}</h2>${given ? button(given, tenant.id) : nothing}</header>
        ${given ? who(given) : nothing}
        <section class="stack tight" aria-label="Budgets of ${tenant.id}">
          ${shown(budgets, (value) => value.budgets.filter((one) => one.tenant === tenant.id).map(budget))}
        </section>
        <section class="stack tight" aria-label="Routes of ${tenant.id}">
          <h3>Routes</h3>
          ${tenant.routes.length === 0
            ? html`<p class="note">None: every request goes where it asks to.</p>`
            : html`<ul class="plain-list">${tenant.routes.map((route) => html`
                <li><code>${route.model}</code> ${badge(route.mode)} <small>${mode(route.mode)}</small><div class="note">${route.arms.join(', ')}</div></li>`)}</ul>`}
        </section>
        <section class="stack tight" aria-label="Keys of ${tenant.id}">
          <h3>Keys</h3>
          ${tenant.open ? html`<p class="note">Open: it takes whoever shows no key.</p>` : nothing}
          ${shown(keys, (value) => html`<ul class="plain-list">${value.keys.filter((key) => key.tenant === tenant.id).map(keyRow)}</ul>`)}
        </section>
      </article>
    `;
  }

  function keyRow(key) {
    const [name, mood] = keyState(key.state);
    return html`
      <li class="key">
        <div>
          <strong>${key.name}</strong> ${badge(name, mood)}
          <div class="note"><code>${key.id}</code>, ${key.origin === 'config' ? 'from the config' : `issued ${moment(key.issued_at)} by ${key.issued_by}`}</div>
          <div class="note">
            ${key.scopes.join(', ')}${key.models ? `; models ${key.models.join(', ')}` : ''}${key.expires_at ? `; until ${moment(key.expires_at)}` : ''}${key.revoked_at ? `; revoked ${moment(key.revoked_at)} by ${key.revoked_by}` : ''}
          </div>
          ${allowance(key)}
          ${Object.keys(key.metadata).length > 0 ? html`<div class="note">${Object.entries(key.metadata).map(([name, value]) => `${name}: ${value}`).join('; ')}</div>` : nothing}
        </div>
        ${key.state === 'revoked' ? nothing : html`<button type="button" class="quiet small danger" aria-label="Revoke ${key.name}" @click=${() => revoke(key)}>Revoke</button>`}
      </li>
    `;
  }

  return { template };
}

function standing(order) {
  return order.state === 'paused' ? badge('paused', 'warn') : badge('may delegate', 'good');
}

function who(order) {
  return order.at
    ? html`<p class="note">${order.state === 'paused' ? 'Paused' : 'Resumed'} ${moment(order.at)} by ${order.by}${order.reason ? html`: ${order.reason}` : nothing}</p>`
    : nothing;
}

/** What a key itself may spend and use; how its budget stands is among the tenant's. */
function allowance(key) {
  const budget = Object.entries(key.budget).map(([name, amount]) => `${name} ${usd(amount)}`);
  const limits = Object.entries(key.limits).map(([name, most]) => `${name} ${most}`);
  return budget.length + limits.length > 0 ? html`<div class="note">At most ${[...budget, ...limits].join(', ')}</div>` : nothing;
}

/** One limit of a tenant or of one of its keys; without a limit only what was spent. */
function budget(one) {
  const whose = one.key_name ? `${period(one.period)}, key ${one.key_name}` : period(one.period);
  if (one.limit_usd === null) {
    return html`<p>${whose}: ${usd(one.spent_usd)} spent <small>without a limit</small></p>`;
  }
  const share = one.limit_usd > 0 ? one.spent_usd / one.limit_usd : 1;
  const [state, mood] = budgetState(one.state);
  return html`
    <div>
      <p>${whose}: ${usd(one.spent_usd)} of ${usd(one.limit_usd)} ${badge(state, mood)} <small>${one.reserved_usd > 0 ? `${usd(one.reserved_usd)} spoken for` : nothing}</small></p>
      ${bar(share, { mood, held: one.limit_usd > 0 ? one.reserved_usd / one.limit_usd : 0, marks: [0.7, 0.9], label: `${percent(share)} of it is spent` })}
    </div>
  `;
}

export default {
  title: 'Tenants',
  icon: svg`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="9" cy="8" r="3.500"></circle><path d="M3 20c0-4 3-6 6-6s6 2 6 6M16 5.200a3.300 3.300 0 0 1 0 5.600M18 14.500c2 .8 3 2.800 3 5.500"></path></svg>`,
  open,
};
