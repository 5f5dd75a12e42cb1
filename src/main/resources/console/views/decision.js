/* One decision, in words and in numbers. */
import { html, nothing } from '../lit-html.js';
import { segment } from '../api.js';
import { beliefs, kindsOf, stroke } from '../chart.js';
import { decisionsOf } from '../feed.js';
import { UNKNOWN, clock, count, gain, many, milliseconds, moment, percent, score, usd } from '../format.js';
import { badge, figure, nothingYet, shown, table } from '../ui.js';
import { end, happened, lensUse, outcome, reason, rule, sentence, spaced } from '../words.js';

function open(frame) {
  const [, id] = frame.args;
  const kept = frame.resource(() => frame.api.get(`decisions/${segment(id)}`));
  kept.refresh();
  // What has not ended is not kept yet.
  const stop = frame.feed.hear((event) => event.request_id === id && setTimeout(() => kept.refresh(), 200));
  const told = () => decisionsOf(frame.feed.events).find((one) => one.id === id);

  function template() {
    const summary = kept.value ?? told();
    return html`
      <header class="head">
        <div>
          <p><a href="#decisions">All decisions</a></p>
          <h1>${summary ? headline(summary.arm, told()) : 'Decision'}</h1>
          <p class="note"><code>${id}</code></p>
        </div>
      </header>
      ${kept.error?.status === 404 ? fromEvents(told()) : shown(kept, whole)}
    `;
  }

  function whole(decision) {
    const events = told();
    return html`
      ${inWords(decision)}
      ${money(decision, events)}
      ${decision.explanation.learned ? believed(decision.explanation, frame.width) : nothing}
      ${decision.explanation.rules.length > 0 ? rules(decision.explanation.rules) : nothing}
      ${arms(decision.explanation)}
      ${events?.trouble.length > 0 ? trouble(events.trouble) : nothing}
    `;
  }

  return { template, stop };
}

function headline(arm, events) {
  if (arm === 'direct') {
    return events?.wanted && events.wanted !== 'direct' ? `Left with the requested model, though ${events.wanted} was wanted` : 'Left with the model it asked for';
  }
  return `Given to ${arm}`;
}

function inWords(decision) {
  return html`
    <section class="card" aria-labelledby="words">
      <header><h2 id="words">In words</h2>${decision.error ? badge(spaced(decision.error), 'bad') : badge(end(decision.end), decision.end === 'complete' ? 'good' : 'warn')}</header>
      <ul class="words">${decision.words.map((line) => html`<li>${line}</li>`)}</ul>
    </section>
  `;
}

function money(decision, events) {
  const { features, estimates } = decision.explanation;
  return html`
    <section class="card" aria-labelledby="numbers">
      <h2 id="numbers">In numbers</h2>
      <dl class="figures">
        ${figure('Cost', usd(decision.cost_usd), decision.lens_cost_usd > 0 ? `and ${usd(decision.lens_cost_usd)} for the lens` : nothing)}
        ${events?.counterfactual === undefined ? nothing : figure('Would have cost', usd(events.counterfactual))}
        ${typeof events?.saved === 'number' ? figure('Saved', html`<span class=${events.saved < 0 ? 'loss' : 'gain'}>${gain(events.saved)}</span>`) : nothing}
        ${figure('Tokens in', count(decision.input_tokens), `expected ${count(estimates.input_tokens)}`)}
        ${figure('Tokens out', count(decision.output_tokens), `expected ${count(estimates.output_tokens_median)}, nine in ten below ${count(estimates.output_tokens_p90)}`)}
        ${figure('Took', milliseconds(decision.total_ms), decision.ttft_ms === null ? nothing : `first token after ${milliseconds(decision.ttft_ms)}`)}
      </dl>
      <dl class="pairs">
        <dt>Tenant</dt><dd>${decision.tenant}, ${moment(decision.at)}</dd>
        <dt>Asked for</dt><dd>${decision.requested_model ?? 'a model that is not known'}</dd>
        <dt>Answered by</dt><dd>${decision.answered_by ?? 'nobody'}, status ${decision.status}</dd>
        <dt>Kind of task</dt><dd>${spaced(features.task_kind)}, says the ${features.task_kind_from}</dd>
        ${events?.lens && events.lens !== 'none' ? html`<dt>Lens</dt><dd>${lensUse(events.lens)}</dd>` : nothing}
      </dl>
    </section>
  `;
}

/** What the learned policy took the arms for, and how often it would draw each. */
function believed({ learned, decision }, width) {
  const kinds = kindsOf(learned.arms.map((arm) => arm.arm));
  return html`
    <section class="card" aria-labelledby="believed">
      <header><h2 id="believed">What was believed of the arms</h2><code>${learned.leaf}</code></header>
      ${beliefs(
        learned.arms.map((arm) => ({ mean: arm.quality, deviation: arm.deviation, kind: kinds.get(arm.arm) })),
        { width, label: `Believed quality: ${learned.arms.map((arm) => `${arm.arm} ${score(arm.quality)}`).join(', ')}` },
      )}
      ${table(
        'Beliefs about the arms',
        [{ name: 'Arm' }, { name: 'Quality', number: true }, { name: 'Give or take', number: true }, { name: 'Outcomes', number: true }, { name: 'In flight', number: true }, { name: 'Price in quality', number: true }, { name: 'Drawn with', number: true }],
        learned.arms.map((arm) => [
          html`${stroke(kinds.get(arm.arm))}${arm.arm}${arm.held ? html` ${badge('held by the guard', 'warn')}` : nothing}`,
          score(arm.quality),
          score(1.96 * arm.deviation),
          count(arm.pulls),
          count(arm.pending),
          score(arm.price),
          percent(decision.propensities[arm.arm] ?? arm.probability, 1),
        ]),
      )}
    </section>
  `;
}

function rules(checks) {
  return html`
    <section class="card" aria-labelledby="rules">
      <h2 id="rules">Rules</h2>
      ${table('Rules', [{ name: 'Rule' }, { name: 'Outcome' }, { name: 'What it compared' }], checks.map((check) => [
        rule(check.rule),
        badge(outcome(check.outcome), check.outcome === 'fired' ? 'good' : 'calm'),
        check.numbers,
      ]))}
    </section>
  `;
}

function arms({ arms }) {
  return html`
    <section class="card" aria-labelledby="arms">
      <h2 id="arms">What each arm was expected to cost</h2>
      ${table(
        'Arms',
        [{ name: 'Arm' }, { name: 'Model' }, { name: 'Expected cost', number: true }, { name: 'Expected saving', number: true }, { name: 'Worst case', number: true }, { name: 'Saves above' }, { name: 'Could answer' }],
        arms.map((arm) => [
          arm.arm,
          arm.model ?? UNKNOWN,
          usd(arm.expected_cost_usd),
          arm.expected_saving_usd === null ? usd(null) : gain(arm.expected_saving_usd),
          usd(arm.worst_case_usd),
          arm.break_even ?? UNKNOWN,
          arm.feasible ? 'yes' : html`${sentence(...arm.obstacles.map((obstacle) => reason(obstacle.reason)))} <small>${arm.obstacles.map((obstacle) => obstacle.detail).filter(Boolean).join(', ')}</small>`,
        ]),
      )}
    </section>
  `;
}

function trouble(events) {
  return html`
    <section class="card" aria-labelledby="trouble">
      <h2 id="trouble">What went wrong on the way</h2>
      <ul>${events.map((event) => html`<li>${clock(event.at)} ${happened(event)}</li>`)}</ul>
    </section>
  `;
}

/** What is left where the gateway keeps no more: what this page heard. */
function fromEvents(decision) {
  return decision === undefined
    ? nothingYet('This decision is no longer in memory', 'The gateway keeps the newest; its log and the decision log have them all.')
    : html`
      <section class="card">
        <p>${sentence(...decision.reasons.map(reason))}</p>
        <p class="note">${decision.end ? 'The gateway keeps no more of it than its events.' : 'It has not ended yet.'}</p>
        <dl class="pairs">
          <dt>Tenant</dt><dd>${decision.tenant}, ${moment(decision.at)}</dd>
          ${decision.expected ? html`<dt>Expected answer</dt><dd>${many(decision.expected, 'token')}</dd>` : nothing}
          ${decision.lens ? html`<dt>Lens</dt><dd>${lensUse(decision.lens)}</dd>` : nothing}
        </dl>
      </section>
      ${decision.trouble.length > 0 ? trouble(decision.trouble) : nothing}`;
}

export default { title: 'Decision', under: 'decisions', open };
