/* What delegation saves: the statement with its intervals, and the books of the requests as they end. */
import { html, nothing, svg } from '../lit-html.js';
import { course, whisker } from '../chart.js';
import { decisionsOf } from '../feed.js';
import { clock, count, date, gain, many, percent, score, usd, usdBy } from '../format.js';
import { seldom } from '../resource.js';
import { badge, figure, nothingYet, shown, table, tenantPicker } from '../ui.js';

const MOST_DAYS = 14;
const MOST_SAMPLES = 600;

/** What the statement said while this page was open, by tenant: its course within a day. */
const samples = new Map();

function open(frame) {
  const tenants = () => frame.status.value.tenants.map((one) => one.id);
  const tenant = frame.args[0] || tenants()[0];
  const ask = (query) => frame.api.get('savings', { tenant, ...query });

  const statement = frame.resource(async () => told(sampled(tenant, await ask({ by: 'day' }))));
  const models = frame.resource(() => ask({ by: 'model' }));
  const history = frame.resource(async () => {
    const { from, rows } = await ask({ by: 'day' });
    const days = rows.slice(0, -1).slice(-MOST_DAYS).map((row) => row.day);
    const until = await Promise.all(days.map((day) => ask({ by: 'day', from, to: day })));
    return until.map((statement, at) => ({ at: Date.parse(days[at]) + 86_400_000, ...statement.totals[0].saved_usd, words: '' }));
  });
  statement.every(5000);
  models.every(15_000);
  history.refresh();
  const soon = seldom(1000, () => statement.refresh());
  const stop = frame.feed.hear((event) => event.type === 'delegation_finished' && event.tenant === tenant && soon());

  function told(statement) {
    const [total] = statement.totals;
    frame.say(total?.saved_usd ? `${usd(total.saved_usd.value)} saved, ${interval(total.saved_usd, usd)}` : lack(total?.saved_evidence));
    return statement;
  }

  function template() {
    return html`
      <header class="head">
        <div>
          <h1>Savings</h1>
          <p class="lead">What the same requests would have cost at the models they named, against what they did cost.</p>
        </div>
        <div class="tools">${tenantPicker(tenants(), tenant, (id) => frame.go(id))}</div>
      </header>
      ${shown(statement, whole, {
        isEmpty: ({ totals }) => totals.length === 0,
        empty: nothingYet('Nothing to state yet', 'The statement begins with the first request of this tenant.'),
      })}
      ${books(decisionsOf(frame.feed.events).filter((one) => typeof one.saved === 'number' && one.tenant === tenant), frame.width)}
    `;
  }

  function whole({ from, to, rows, totals: [total] }) {
    return html`
      <section class="card" aria-labelledby="stated">
        <header><h2 id="stated">Stated from ${date(from)} to ${date(to)}</h2>${certainty(total.saved_evidence)}</header>
        ${headline(total)}
        ${curve([...(history.value ?? []), ...(samples.get(tenant) ?? [])], frame.width)}
        <p class="note">Earlier days are a point each; today is drawn as it comes, while this page is open.</p>
        <dl class="figures">
          ${figure('Spent', usd(total.spent_usd.value), many(total.requests + total.other_requests, 'request'))}
          ${figure('Would have cost', usd(total.counterfactual_usd?.value), interval(total.counterfactual_usd, usd))}
          ${figure('Quality difference', total.quality_difference ? gain(total.quality_difference.value, score) : 'not known',
            total.quality_evidence === 'enough' ? interval(total.quality_difference, score) : total.quality_why)}
          ${figure('Sent direct by lot', count(total.controls), `of ${many(total.conversations, 'conversation')}, to compare with`)}
        </dl>
      </section>
      ${details(rows, models.value)}
    `;
  }

  return { template, stop };
}

/** Notes what a statement says of now. */
function sampled(tenant, statement) {
  const saved = statement.totals[0]?.saved_usd;
  if (saved) {
    const known = samples.get(tenant) ?? [];
    samples.set(tenant, [...known, { at: Date.now(), ...saved }].slice(-MOST_SAMPLES));
  }
  return statement;
}

function certainty(evidence) {
  return {
    enough: badge('enough evidence', 'good'),
    not_enough: badge('not enough evidence', 'warn'),
    no_controls: badge('nothing compared', 'calm'),
    nothing_delegable: badge('nothing to delegate', 'calm'),
  }[evidence] ?? badge(evidence);
}

function headline({ saved_usd: saved, saved_evidence: evidence, saved_why: why, counterfactual_usd: counterfactual }) {
  if (!saved) {
    return html`<div><p class="hero">not known <small>what was saved</small></p><p>${lack(evidence)}: ${why}.</p></div>`;
  }
  const share = counterfactual?.value > 0 ? html`, ${percent(saved.value / counterfactual.value)} of what it would have cost` : nothing;
  return html`
    <div>
      <p class="hero">${usd(saved.value)} <small>saved${share}</small></p>
      <p>${evidence === 'enough' ? html`With 95 % certainty ${interval(saved, usd)}.` : html`Not enough evidence yet: ${why}. So far ${interval(saved, usd)}.`}</p>
    </div>
  `;
}

/** Of what is not known, whether it will be. */
function lack(evidence) {
  return evidence === 'no_controls' ? 'Nothing is compared' : 'Not enough evidence yet';
}

function interval(range, format) {
  return range ? `between ${format(range.low)} and ${format(range.high)}` : nothing;
}

function curve(points, width) {
  if (points.length === 0) {
    return nothing;
  }
  const long = points.at(-1).at - points[0].at > 36 * 3_600_000;
  const when = long ? date : clock;
  const last = points.at(-1);
  return course(
    points.map((point) => ({ ...point, words: `${when(point.at)}: ${usd(point.value)}, ${interval(point, usd)}` })),
    { width, label: `Saved over time with its 95 % interval: now ${usd(last.value)}, ${interval(last, usd)}`, y: usdBy, x: when },
  );
}

function details(rows, models) {
  const columns = (first) => [{ name: first }, { name: 'Spent', number: true }, { name: 'Would have cost', number: true }, { name: 'Saved', number: true }, { name: '95 % interval' }, { name: 'Quality', number: true }];
  const known = [...rows, ...(models?.rows ?? [])].map((row) => row.saved_usd).filter(Boolean);
  const scale = { from: Math.min(0, ...known.map((range) => range.low)), to: Math.max(1e-9, ...known.map((range) => range.high)) };
  const cells = (name, row) => [
    name,
    usd(row.spent_usd.value),
    usd(row.counterfactual_usd?.value),
    row.saved_usd ? gain(row.saved_usd.value) : 'not known',
    ['not_enough', 'no_controls'].includes(row.saved_evidence)
      ? html`<small>${row.saved_why}</small>`
      : row.saved_usd ? whisker(row.saved_usd, { ...scale, label: interval(row.saved_usd, usd) }) : nothing,
    row.quality_difference ? gain(row.quality_difference.value, score) : 'not known',
  ];
  return html`
    <div class="stack">
      ${models?.rows.length > 0 ? html`
        <section class="card" aria-labelledby="by-model">
          <h2 id="by-model">By model</h2>
          ${table('Savings by model', columns('Model'), models.rows.map((row) => cells(modelName(row.model), row)))}
        </section>` : nothing}
      <section class="card" aria-labelledby="by-day">
        <h2 id="by-day">By day</h2>
        ${table('Savings by day', columns('Day'), rows.toReversed().map((row) => cells(date(row.day), row)))}
      </section>
    </div>
  `;
}

function modelName(model) {
  return { '*': 'undeclared models', '-': 'the gateway’s own calls' }[model] ?? model;
}

/** Request by request: prices times tokens, no estimate. */
function books(decisions, width) {
  let sum = 0;
  const ended = decisions.toSorted((one, other) => Date.parse(one.endedAt) - Date.parse(other.endedAt));
  const points = ended.map((one) => ({ at: Date.parse(one.endedAt), value: (sum += one.saved), words: `${clock(one.endedAt)}: ${usd(sum)} saved, ${gain(one.saved)} by this request` }));
  return html`
    <section class="card" aria-labelledby="books">
      <header><h2 id="books">Booked as requests end</h2><span class="note">${many(ended.length, 'delegated request')} among the newest events</span></header>
      <p class="note">Price by price on the tokens that were used: exact for each request, but silent about what the requested model would have written.</p>
      ${points.length === 0
        ? nothingYet('Nothing delegated yet', 'Each delegated request adds its saving here when it ends.')
        : html`<p class="hero booked">${usd(sum)}</p>${course(points, { width, height: 200, label: `Saved request by request: ${usd(sum)}`, y: usdBy, x: clock })}`}
    </section>
  `;
}

export default {
  title: 'Savings',
  icon: svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 19h16M5 15l4-4 4 3 6-8M19 6v4M19 6h-4"></path></svg>`,
  open,
};
