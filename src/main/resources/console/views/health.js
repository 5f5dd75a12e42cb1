/* Whether the gateway itself is well: its config files, its upstreams, what the policy found to have changed, and everything that happened lately. */
import { html, nothing, svg } from '../lit-html.js';
import { repeat } from '../directives/repeat.js';
import { ago, clock, count, moment, percent } from '../format.js';
import { badge, figure, nothingYet, shown, table } from '../ui.js';
import { happened, spaced, tried } from '../words.js';

/** What goes by all the time, and is told of elsewhere. */
const DECIDING = new Set(['delegation_started', 'delegation_skipped', 'delegation_finished', 'request_finished']);

function open(frame) {
  frame.status.refresh();

  function template() {
    return html`
      <header class="head">
        <div>
          <h1>Health</h1>
          <p class="lead">The gateway's own state, its config files, and what happened lately.</p>
        </div>
      </header>
      ${shown(frame.status, (status) => html`
        ${atAGlance(status)}
        ${upstreams(status.upstreams)}
        <div class="columns wide">${config(status.config)}${alarms(status.drift_alarms)}</div>
      `)}
      ${lately(frame.feed.events.filter((event) => !DECIDING.has(event.type)).toReversed().slice(0, 100))}
    `;
  }

  return { template };
}

function atAGlance(status) {
  return html`
    <section class="card" aria-label="At a glance">
      <dl class="figures">
        ${figure('Version', status.version)}
        ${figure('State', status.draining ? badge('shutting down', 'warn') : badge('serving', 'good'))}
        ${figure('Requests running', count(status.running_requests))}
        ${figure('Client connections', count(status.connections))}
        ${figure('Log lines lost', count(status.log_lines_dropped), status.log_lines_dropped > 0 ? 'The log is not read fast enough.' : nothing)}
      </dl>
    </section>
  `;
}

function upstreams(all) {
  return html`
    <section class="card" aria-labelledby="upstreams">
      <header><h2 id="upstreams">Upstreams</h2><span class="note">the last ${count(all[0]?.window_seconds / 60)} minutes, as this process saw them</span></header>
      ${table(
        'Upstreams',
        [{ name: 'Upstream' }, { name: 'Health' }, { name: 'Tries' }, { name: 'Connections', number: true }, { name: 'Waiting', number: true }, { name: 'Last failure' }],
        all.map((upstream) => [
          upstream.name,
          wellness(upstream.recent),
          tries(upstream.recent),
          `${count(upstream.connections_in_use)} of ${count(upstream.max_connections)}`,
          count(upstream.waiting),
          upstream.last_failure_at ? ago(upstream.last_failure_at) : 'none seen',
        ]),
      )}
    </section>
  `;
}

const AGAINST = ['rate_limited', 'server_error', 'timeout', 'unreachable', 'broken'];

function wellness(recent) {
  const all = Object.values(recent).reduce((sum, number) => sum + number, 0);
  const failed = AGAINST.reduce((sum, key) => sum + (recent[key] ?? 0), 0);
  if (all === 0) {
    return badge('not asked', 'calm');
  }
  const share = failed / all;
  return share === 0 ? badge('well', 'good') : badge(`${percent(share)} failed`, share < 0.2 ? 'warn' : 'bad');
}

function tries(recent) {
  const some = Object.entries(recent).filter(([, number]) => number > 0);
  return some.length === 0 ? nothing : some.map(([key, number]) => `${count(number)} ${tried(key)}`).join(', ');
}

function alarms(all) {
  return html`
    <section class="card" aria-labelledby="alarms">
      <h2 id="alarms">Drift alarms</h2>
      ${all.length === 0
        ? html`<p class="note">None: no arm was found to have changed since this process started.</p>`
        : html`<ul class="problems warn">${all.map((alarm) => html`
            <li>
              <strong>${alarm.arm} ${DIRECTIONS[alarm.direction] ?? spaced(alarm.direction)}</strong>
              <small>${moment(alarm.at)}, <code>${alarm.population}</code>. What was learned of it before weighs little from then on.</small>
            </li>`)}</ul>`}
    </section>
  `;
}

const DIRECTIONS = { worse: 'has become worse', better: 'has become better', down: 'has become worse', up: 'has become better' };

function config(config) {
  return html`
    <section class="card" aria-labelledby="config">
      <header><h2 id="config">Config ${config.files_rejected ? badge('files rejected', 'bad') : badge('in force', 'good')}</h2></header>
      <dl class="pairs">
        <dt>Version in force</dt><dd><code>${config.version}</code></dd>
        <dt>Files read</dt><dd>${moment(config.files_read_at)}</dd>
        ${config.needs_restart.length > 0 ? html`<dt>Waits for a start</dt><dd>${config.needs_restart.join(', ')}</dd>` : nothing}
      </dl>
      ${config.files_rejected ? html`<h3>What is wrong with the files</h3>${problems(config.problems)}` : nothing}
      ${config.warnings.length > 0 ? html`<h3>Warnings</h3>${problems(config.warnings)}` : nothing}
    </section>
  `;
}

function problems(all) {
  return html`
    <ul class="problems">
      ${all.map((problem) => html`
        <li>
          <strong>${problem.file || 'The config file'}${problem.line > 0 ? html`, line ${problem.line}, column ${problem.column}` : nothing}</strong>
          <span><code>${problem.key}</code> ${problem.message}</span>
          ${problem.remedy ? html`<small>${problem.remedy}</small>` : nothing}
        </li>`)}
    </ul>`;
}

function lately(events) {
  return html`
    <section class="card" aria-labelledby="lately">
      <header><h2 id="lately">Lately</h2></header>
      ${events.length === 0
        ? nothingYet('Nothing out of the ordinary', 'Lenses written, faults, changes of the config and what operators did are listed here.')
        : html`<ol class="feed" reversed>${repeat(events, (event) => event.at + event.type + (event.request_id ?? ''), (event) => html`
            <li class="plain"><time class="when" datetime=${event.at}>${clock(event.at)}</time><span>${happened(event)}${event.tenant ? html` <small>${event.tenant}</small>` : nothing}</span></li>
          `)}</ol>`}
    </section>
  `;
}

export default {
  title: 'Health',
  icon: svg`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 12h4l2.500-6 4 13 2.500-7h5"></path></svg>`,
  open,
};
