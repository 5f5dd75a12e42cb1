/* What the policy believes of each arm in each context: densities drawn from its parameters, and what they mean in words. */
import { html, nothing, svg } from '../lit-html.js';
import { repeat } from '../directives/repeat.js';
import { beliefs, kindsOf, stroke } from '../chart.js';
import { ask } from '../dialog.js';
import { ago, many, score } from '../format.js';
import { badge, nothingYet, shown, tenantPicker } from '../ui.js';
import { spaced } from '../words.js';

const STANDINGS = { best: 'good', comparable: 'calm', unknown: 'calm', worse: 'warn', paused: 'bad' };
const PAGE = 20;

function open(frame) {
  const tenants = () => frame.status.value.tenants.map((one) => one.id);
  const tenant = frame.args[0] || tenants()[0];
  const offset = Number(frame.args[1] ?? 0);
  const arms = frame.resource(() => frame.api.get('arms', { tenant, limit: PAGE, offset }));
  arms.every(3000);

  async function forget(context, arm) {
    const done = await ask(
      {
        title: arm ? `Forget what was learned of ${arm}?` : 'Forget what was learned here?',
        text: html`
          <p>${arm ? `All that outcomes have taught about ${arm}` : 'All that outcomes have taught about every arm'} in
            <code>${context.population}</code> is forgotten, in all its contexts and on all replicas. Rows that the policy starts from stay.</p>
          <p>This cannot be undone.</p>`,
        action: 'Forget it',
        danger: true,
      },
      () => frame.api.post('arms/reset', { tenant, population: context.population, arm }),
    );
    if (done) {
      arms.refresh();
    }
  }

  function template() {
    return html`
      <header class="head">
        <div>
          <h1>Arms</h1>
          <p class="lead">How good each arm’s answers are believed to be, task by task. A narrow hill is a sure belief; where hills overlap, the cheaper arm may win.</p>
        </div>
        <div class="tools">${tenantPicker(tenants(), tenant, (id) => frame.go(id))}</div>
      </header>
      ${shown(arms, all, {
        isEmpty: ({ total }) => total === 0,
        empty: nothingYet('Nothing learned yet', 'Routes in mode adaptive or shadow-adaptive learn from what comes of their answers.'),
      })}
    `;
  }

  function all({ contexts, total }) {
    return html`
      <div class="columns wide">${repeat(contexts, (context) => context.population + context.leaf + context.task, card)}</div>
      ${total > PAGE ? html`
        <nav class="pages" aria-label="Pages">
          <button type="button" ?disabled=${offset === 0} @click=${() => frame.go(tenant, Math.max(0, offset - PAGE))}>Newer</button>
          <span>${offset + 1} to ${Math.min(total, offset + PAGE)} of ${many(total, 'context')}</span>
          <button type="button" ?disabled=${offset + PAGE >= total} @click=${() => frame.go(tenant, offset + PAGE)}>Older</button>
        </nav>` : nothing}
    `;
  }

  function card(context) {
    const kinds = kindsOf(context.arms.map((arm) => arm.arm));
    return html`
      <article class="card" aria-label="${context.task} in ${context.leaf}">
        <header>
          <h2>${task(context.task)} ${context.alarmed ? badge('an arm has changed', 'warn') : nothing}</h2>
          <button type="button" class="quiet small danger" @click=${() => forget(context)}>Forget</button>
        </header>
        <p class="note"><code>${context.leaf}</code>, used ${ago(context.last_used)}</p>
        ${beliefs(
          context.arms.map((arm) => ({ mean: arm.mean, deviation: arm.sd, kind: kinds.get(arm.arm) })),
          { width: 440, label: `Believed quality: ${context.arms.map((arm) => `${arm.arm} ${score(arm.mean)} (${score(arm.low)} to ${score(arm.high)})`).join(', ')}` },
        )}
        <ul class="legend">
          ${context.arms.map((arm) => html`
            <li>
              <div class="line">
                <span>${stroke(kinds.get(arm.arm))}<strong>${arm.arm}</strong> ${badge(spaced(arm.standing), STANDINGS[arm.standing])}</span>
                <span class="range">${score(arm.mean)} <small>${score(arm.low)} to ${score(arm.high)}</small></span>
              </div>
              <p class="note">${arm.words}${arm.pending > 0 ? ` ${many(arm.pending, 'outcome')} still open.` : ''}</p>
            </li>`)}
        </ul>
      </article>
    `;
  }

  return { template };
}

/** A task is named by what the route tells tasks apart by: its kind, sizes, the model's tier. */
function task(name) {
  return name.split('/').join(' · ');
}

export default {
  title: 'Arms',
  icon: svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 19h18M4 17c4 0 4-10 7-10s3 10 7 10"></path></svg>`,
  open,
};
