/* The lenses of a tenant: their words, where they come from, what they do to quality, and what an operator can do to them. */
import { html, nothing, svg } from '../lit-html.js';
import { repeat } from '../directives/repeat.js';
import { segment } from '../api.js';
import { whisker } from '../chart.js';
import { ask } from '../dialog.js';
import { ago, count, many, moment, percent, score, short, usd } from '../format.js';
import { badge, nothingYet, shown, tenantPicker } from '../ui.js';
import { lensState, spaced } from '../words.js';

/** What of a lens is words; an operator may edit all but the files, which come from the request. */
const LISTS = ['constraints', 'anti_patterns', 'heuristics', 'patterns', 'examples'];

function open(frame) {
  const tenants = () => frame.status.value.tenants.map((one) => one.id);
  const tenant = frame.args[0] || tenants()[0];
  const shelf = frame.resource(() => frame.api.get('lenses', { tenant, text: true }));
  shelf.every(5000);

  const path = (lens, ...rest) => ['lenses', tenant, lens.key, ...rest].map(segment).join('/');

  async function act(question, carryOut) {
    if (await ask(question, carryOut)) {
      shelf.refresh();
    }
  }

  const retire = (lens) =>
    act(
      { title: 'Retire this lens?', text: `Lens ${lens.lens} is no longer served. The next request that wants it has another version made from its items.`, action: 'Retire', danger: true },
      () => frame.api.put(path(lens, 'retired')),
    );

  const forget = (lens) =>
    act(
      { title: 'Delete this lens?', text: 'The lens and its record are forgotten. The next request that wants it has it written anew, and pays for it.', action: 'Delete', danger: true },
      () => frame.api.delete(path(lens)),
    );

  const pin = (lens) =>
    act(
      lens.pinned
        ? { title: 'Unpin this lens?', text: 'It ages again: it is rewritten when its time is over, and retired when it makes answers worse.', action: 'Unpin' }
        : { title: 'Pin this lens?', text: 'It is served as it is until it is unpinned: neither rewritten when its time is over, nor retired when it makes answers worse.', action: 'Pin' },
      () => (lens.pinned ? frame.api.delete(path(lens, 'pinned')) : frame.api.put(path(lens, 'pinned'))),
    );

  const edit = (lens) =>
    act(
      {
        title: 'Edit this lens',
        text: 'Your words become a new version, with a record of its own. Running conversations keep the version they began with. An empty line stands between two items.',
        action: 'Save as a new version',
        fields: html`
          <div class="fields">
            <label>Task scope <input name="task_scope" required maxlength="200" .value=${lens.text.task_scope}></label>
            ${LISTS.map((name) => html`
              <label>${capital(spaced(name))}<textarea name=${name} rows="4" .value=${lens.text[name].join('\n\n')}></textarea></label>`)}
          </div>`,
      },
      (form) => frame.api.put(path(lens), {
        from: lens.lens,
        task_scope: form.get('task_scope'),
        ...Object.fromEntries(LISTS.map((name) => [name, itemsIn(form.get(name))])),
      }),
    );

  const giveUp = (build) =>
    act(
      { title: 'Give up this writing?', text: 'Who waits for it goes on without a lens. What the smart model still answers is paid for and thrown away.', action: 'Give up', danger: true },
      () => frame.api.delete(path(build, 'build')),
    );

  const purge = () =>
    act(
      { title: `Delete all lenses of ${tenant}?`, text: 'All lenses and records of the tenant are forgotten, and written anew as requests want them. This cannot be undone.', action: 'Delete all', danger: true },
      () => frame.api.delete(['lenses', tenant].map(segment).join('/')),
    );

  function template() {
    return html`
      <header class="head">
        <div>
          <h1>Lenses</h1>
          <p class="lead">What a large model once wrote down so that a small one can do the work, and whether it helps.</p>
        </div>
        <div class="tools">
          ${tenantPicker(tenants(), tenant, (id) => frame.go(id))}
          ${shelf.value?.lenses.length > 0 ? html`<button type="button" class="quiet danger" @click=${purge}>Delete all</button>` : nothing}
        </div>
      </header>
      ${shown(shelf, all, {
        isEmpty: ({ lenses, building }) => lenses.length + building.length === 0,
        empty: nothingYet('No lenses yet', 'A lens is written when a route has a worker with a lens and a task is expected to repay it.'),
      })}
    `;
  }

  function all({ lenses, building }) {
    return html`
      ${building.length > 0 ? html`
        <section class="card" aria-labelledby="building">
          <h2 id="building">Being written now</h2>
          <ul>${building.map((build) => html`
            <li><code>${short(build.key)}</code> since ${ago(build.since)} <button type="button" class="quiet small danger" @click=${() => giveUp(build)}>Give up</button></li>
          `)}</ul>
        </section>` : nothing}
      ${repeat(lenses, (lens) => lens.key, card)}
    `;
  }

  function card(lens) {
    const [state, mood, meaning] = lensState(lens.state);
    return html`
      <article class="card lens" aria-label="Lens ${lens.lens ?? short(lens.key)}">
        <header>
          <h2>${lens.text?.task_scope || 'Lens'} ${badge(state, mood)} ${lens.pinned ? badge('pinned', 'good') : nothing}</h2>
          <div class="buttons">
            ${lens.lens ? html`
              <button type="button" class="small" @click=${() => edit(lens)}>Edit</button>
              <button type="button" class="small" @click=${() => pin(lens)}>${lens.pinned ? 'Unpin' : 'Pin'}</button>` : nothing}
            ${lens.lens && lens.state !== 'retired' && !lens.pinned ? html`<button type="button" class="quiet small danger" @click=${() => retire(lens)}>Retire</button>` : nothing}
            <button type="button" class="quiet small danger" @click=${() => forget(lens)}>Delete</button>
          </div>
        </header>
        <p class="note">${meaning}</p>
        <dl class="pairs">
          <dt>Id</dt><dd><code>${lens.lens ?? 'none left'}</code> for the key <code>${short(lens.key, 16)}</code></dd>
          ${lens.lens ? html`
            <dt>Written</dt><dd>${moment(lens.created_at)} by ${lens.generated_by} for ${usd(lens.cost_usd)} <small>template ${lens.template}, ${count(lens.input_tokens)} tokens in, ${count(lens.output_tokens)} out</small></dd>
            ${lens.edited ? html`<dt>Edited</dt><dd>${moment(lens.edited.at)} by ${lens.edited.by}, from the version <code>${lens.edited.from}</code></dd>` : nothing}
            <dt>Fresh until</dt><dd>${moment(lens.fresh_until)}, expires ${ago(lens.expires_at)}</dd>
            <dt>Uses</dt><dd>${count(lens.served)} <small>noted every ten minutes</small></dd>` : nothing}
          ${lens.retirements > 0 ? html`<dt>Retired before</dt><dd>${many(lens.retirements, 'version')}</dd>` : nothing}
        </dl>
        ${lens.workers.map(lift)}
        ${lens.text ? words(lens.text) : nothing}
      </article>
    `;
  }

  return { template };
}

const REFERENCES = { bare: 'the same model without it', peers: 'what such lenses usually reach' };

function came({ outcomes, quality }) {
  return outcomes === 0 ? 'no outcome' : `${many(outcomes, 'outcome')} of quality ${score(quality)}`;
}

/** What the lens does to one worker's quality. */
function lift(worker) {
  return html`
    <p>
      <strong>${worker.model}</strong>: lift ${worker.lift > 0 ? '+' : ''}${score(worker.lift)}
      ${whisker({ low: Math.min(0, worker.lift), value: worker.lift, high: Math.max(0, worker.lift) }, { from: -0.5, to: 0.5, label: `Lift ${score(worker.lift)}` })}
      <small>${came(worker.with)} with it, ${came(worker.bare)} without. It does harm with a probability of ${percent(worker.harm_probability)}, measured by ${REFERENCES[worker.compared_with] ?? worker.compared_with}.</small>
    </p>
  `;
}

function itemsIn(text) {
  return text.split(/\n\s*\n/).map((item) => item.trim()).filter((item) => item !== '');
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function words(text) {
  const lists = [...LISTS, 'target_files'].filter((name) => text[name]?.length > 0);
  const items = lists.reduce((sum, name) => sum + text[name].length, 0);
  return html`
    <details class="lens-text">
      <summary>Its ${many(items, 'item')}</summary>
      ${lists.map((name) => html`<h3>${capital(spaced(name))}</h3><ul>${text[name].map((item) => html`<li>${item}</li>`)}</ul>`)}
    </details>
  `;
}

export default {
  title: 'Lenses',
  icon: svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 4c4 5 4 11 0 16M13.500 6.500c3 3.500 3 7.500 0 11M18 9c1.500 2 1.500 4 0 6"></path></svg>`,
  open,
};
