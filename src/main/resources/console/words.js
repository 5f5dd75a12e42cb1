/*
 * What the gateway's keys mean, in words. A key that is not here is shown as it is: newer gateways may know more.
 */
import { count, usd } from './format.js';

const REASONS = {
  output_above_threshold: 'a long answer is expected',
  budget_low: 'the budget runs low',
  budget_state_low: 'less than 30 % of a budget is left',
  budget_state_critical: 'less than 10 % of a budget is left',
  multi_part: 'the task asks for several parts',
  break_even: 'the answer is long enough to repay the lens',
  no_rule_fired: 'no rule fired: a small request',
  not_worth_it: 'delegating it is expected to lose money',
  mode_off: 'the route delegates nothing',
  no_route: 'no route of the tenant takes this model',
  shadow: 'decided and logged only, and sent direct',
  control: 'sent direct by lot, to compare with',
  learned: 'the policy takes this arm for the best here',
  exploring: 'drawn to learn about this arm',
  no_worker: 'the route offers no worker',
  recursion_guard: 'the request comes from a gateway',
  provider_state: 'the conversation lives partly at its provider',
  paused: 'delegation is paused',
  unknown_model: 'the model is not declared',
  open_tool_loop: 'a tool loop is open that began with another arm',
  client_arm: 'the client named the arm',
  client_mode: 'the client named the mode',
  client_bypass: 'the client wanted no delegation',
  inherited: 'decided at an earlier turn of the conversation',
  task_changed: 'another sort of task began, so it was decided anew',
  arm_changed: 'the arm was found to have changed, so it was decided anew',
  arm_not_offered: 'the arm left the route',
  unknown_worker_model: 'the worker’s model is not declared',
  same_model: 'the worker is the requested model itself',
  unsupported_feature: 'the worker’s model lacks what the request uses',
  context_window: 'the request is too long for the worker’s model',
  no_price: 'a price that the decision needs is missing',
  over_budget: 'the budget does not cover the worst case',
  escalating_too_often: 'too many of the arm’s answers had to be escalated',
  unreadable: 'the request could not be read, and was sent as it came',
  fail_safe: 'deciding failed, and the request was sent as it came',
  rewrite_failed: 'rewriting failed, and the request was sent as it came',
  lens_not_due: 'no lens yet: requests have not missed its price',
  lens_build_limit: 'the tenant or its key has had as many lenses written this hour as it may',
  lens_building: 'the lens is being written for later requests',
  lens_not_cached: 'the lens of this conversation is gone',
  lens_no_price: 'the smart model has no price',
  lens_retired: 'every lens for this task made answers worse',
  lens_deadline: 'the lens was not ready in time',
  lens_failed: 'writing the lens failed',
  lens_failed_recently: 'writing the lens failed a short while ago',
  lens_busy: 'too many lenses are being written',
  lens_backing_off: 'the smart model’s upstream needs a pause',
  lens_internal: 'a fault of the gateway kept the lens away',
  fallback_unavailable: 'the worker’s upstream sent no reply: the next model answered',
  fallback_timeout: 'the worker’s upstream was too slow: the next model answered',
  fallback_broken: 'the worker’s reply broke off: the next model answered',
  fallback_pool_full: 'the worker’s upstream has too much to do: the next model answered',
  fallback_error_event: 'the worker’s stream began with an error: the next model answered',
  fallback_empty_stream: 'the worker’s stream was empty: the next model answered',
  fallback_over_budget: 'the worker failed, and the budget does not pay for the next model',
  answer_invalid: 'the worker’s answer was not what was demanded',
  answer_empty: 'the worker’s answer was empty',
  answer_refused: 'the worker refused',
  repaired: 'the answer was repaired',
  retried: 'the worker was asked once more',
  escalated: 'the requested model answered after all',
  escalation_failed: 'the requested model gave no answer either',
  escalation_over_budget: 'the budget does not pay for an escalation',
  escalation_not_worth_it: 'an escalation is not expected to be worth its price',
  not_chat: 'passed through',
};

export function reason(key) {
  const status = /^fallback_status_(\d+)$/.exec(key);
  return status ? `the worker’s upstream answered ${status[1]}: the next model answered` : (REASONS[key] ?? key);
}

/** A sentence of clauses. */
export function sentence(...clauses) {
  const text = clauses.filter(Boolean).join(', ');
  return text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`;
}

const RULES = {
  output_above_threshold: 'Long answer',
  budget_low: 'Budget low',
  multi_part: 'Several parts',
  break_even: 'Break-even',
};

export function rule(key) {
  return RULES[key] ?? key;
}

const OUTCOMES = { fired: 'fired', quiet: 'did not fire', off: 'is off' };

export function outcome(key) {
  return OUTCOMES[key] ?? key;
}

const ENDS = {
  complete: 'answered',
  client_gone: 'the client left',
  upstream_broken: 'the upstream broke off',
  refused: 'refused',
  dry_run: 'explained only',
};

export function end(key) {
  return ENDS[key] ?? key;
}

const LENS_USES = {
  hit: 'from the shelf',
  stale: 'from the shelf, and rewritten behind it',
  built: 'written for this request',
  near: 'that of a similar task',
  minimal: 'the built-in minimal one',
};

/** {@code ID; hit} as the events have it. */
export function lensUse(text) {
  const [id, how] = text.split('; ');
  return how ? `${id}, ${LENS_USES[how] ?? how}` : id;
}

const LENS_STATES = {
  fresh: ['fresh', 'good', 'Served as it is.'],
  stale: ['stale', 'warn', 'Still served; rewritten with the next request.'],
  retired: ['retired', 'warn', 'No longer served; the next version is made from it.'],
  left_alone: ['left alone', 'bad', 'Every version failed or hurt: requests go without a lens.'],
  gone: ['gone', 'calm', 'Only its record is left.'],
};

export function lensState(key) {
  return LENS_STATES[key] ?? [key, 'calm', ''];
}

const BUDGET_STATES = {
  ample: ['ample', 'good'],
  low: ['low', 'warn'],
  warning: ['20 % left', 'warn'],
  critical: ['critical', 'bad'],
  exhausted: ['exhausted', 'bad'],
  unlimited: ['unlimited', 'calm'],
};

export function budgetState(key) {
  return BUDGET_STATES[key] ?? [spaced(key), 'calm'];
}

export function period(key) {
  return { day: 'Today', month: 'This month', total: 'In total' }[key] ?? spaced(key);
}

const KEY_STATES = { active: ['active', 'good'], expired: ['expired', 'warn'], revoked: ['revoked', 'bad'], tenant_gone: ['tenant gone', 'warn'] };

export function keyState(key) {
  return KEY_STATES[key] ?? [spaced(key), 'calm'];
}

const MODES = {
  off: 'delegates nothing',
  shadow: 'decides by rules, and only notes it',
  'shadow-adaptive': 'decides by what was learned, and only notes it',
  rules: 'decides by rules',
  adaptive: 'decides by what was learned',
};

export function mode(key) {
  return MODES[key] ?? '';
}

const TRIES = {
  ok: 'answered',
  client_error: 'refused the request',
  rate_limited: 'wanted a pause (429)',
  server_error: 'failed (5xx)',
  timeout: 'too slow',
  unreachable: 'not reached',
  broken: 'broke off',
  busy: 'not sent: our pool is full',
};

/** What a try at an upstream came to. */
export function tried(key) {
  return TRIES[key] ?? spaced(key);
}

const EVENTS = {
  ephemeral_lens_created: (event) => `A lens was written by ${event.generated_by} for ${usd(event.cost_usd)}`,
  lens_failed: (event) => `A lens could not be written: ${spaced(event.reason)}`,
  lens_retired: (event) => `Lens ${event.lens} was retired: answers of ${event.worker_model} were worse with it`,
  lens_store_failed: (event) => `The store failed to ${event.operation} a lens`,
  answer_rejected: (event) => `An answer of ${event.arm} was ${event.fault}: ${event.remedy}`,
  arm_paused: (event) => `${event.arm} is paused for ${count(event.seconds)} s: too many of its answers were escalated`,
  bypassed: (event) => `Served all the same: ${reason(event.reason)}`,
  judge_failed: (event) => `An answer drawn to be judged has no score: ${spaced(event.reason)}`,
  classifier_failed: (event) => `The classifier named no kind of task: ${spaced(event.reason)}`,
  store_problem: (event) => `The store: ${event.message}`,
  config_applied: (event) => `Config ${event.version} is in force`,
  config_rejected: (event) => `The config files were rejected; ${event.in_force} stays in force`,
  delegation_paused: (event) => `Delegation was paused for ${event.tenant ?? 'the whole gateway'} by ${event.by}`,
  delegation_resumed: (event) => `Delegation was resumed for ${event.tenant ?? 'the whole gateway'} by ${event.by}`,
  admin_action: (event) => `${spaced(event.action)}: ${event.subject}, by ${event.by}`,
  budget_low: (event) => budgetLine(event, 'less than 30 % is left'),
  budget_warning: (event) => budgetLine(event, '20 % or less is left'),
  budget_critical: (event) => budgetLine(event, 'less than 10 % is left'),
  budget_exhausted: (event) => budgetLine(event, 'it is exhausted'),
};

function budgetLine(event, left) {
  return `The budget of ${event.key_name ? `the key ${event.key_name}` : event.tenant} (${event.period}, ${usd(event.limit_usd)}): ${left}`;
}

/** One event in a line. */
export function happened(event) {
  return EVENTS[event.type]?.(event) ?? spaced(event.type);
}

export function spaced(key) {
  return String(key).replaceAll('_', ' ');
}
