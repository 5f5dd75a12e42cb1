/*
 * What happens at the gateway, as it happens: the newest events, kept in memory, and the decisions that they tell of.
 */

const KEPT = 1000;
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

export class Feed {
  #api;
  #changed;
  #stop = new AbortController();
  #listeners = new Set();
  #last = 'none';

  /** Oldest first; another array whenever there is another event. */
  events = [];

  /** {@code connecting}, {@code live}, {@code waiting} for another try, or {@code refused}: it takes a token. */
  state = 'connecting';

  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  /** Tells {@code listener} of each event from now on. @returns what ends that */
  hear(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows until {@link #stop}, over breaks of the connection. */
  async start() {
    this.stop();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    let pause = SHORTEST_PAUSE;
    while (!signal.aborted) {
      const began = Date.now();
      await this.#follow(signal);
      if (signal.aborted || this.state === 'refused') {
        return;
      }
      pause = Date.now() - began > LONGEST_PAUSE ? SHORTEST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2);
      await new Promise((later) => setTimeout(later, pause));
    }
  }

  stop() {
    this.#stop.abort();
  }

  /** One connection. The first asks for all that the gateway still has, a later one for what was missed. */
  async #follow(signal) {
    try {
      await this.#api.stream('events/stream', this.#last, {
        opened: () => this.#is('live'),
        heard: (event) => this.#take(event),
        signal,
      });
      this.#is('waiting');
    } catch (error) {
      if (!signal.aborted) {
        this.#is(error.wantsToken ? 'refused' : 'waiting');
      }
    }
  }

  /** Notes about the stream itself, a gap or its end, have no id. */
  #take({ id, data }) {
    if (id === '') {
      return;
    }
    const event = JSON.parse(data);
    this.#last = id;
    this.events = [...this.events.slice(1 - KEPT), event];
    this.#listeners.forEach((listener) => listener(event));
    this.#changed();
  }

  #is(state) {
    if (this.state !== state) {
      this.state = state;
      this.#changed();
    }
  }
}

let read = { events: undefined, decisions: [] };

/** The decisions that these events tell of, newest first. The last answer is kept: views ask at each drawing. */
export function decisionsOf(events) {
  if (read.events !== events) {
    const byRequest = new Map();
    for (const event of events) {
      if (event.request_id) {
        note(byRequest, event);
      }
    }
    read = { events, decisions: [...byRequest.values()].filter((one) => one.arm).reverse() };
  }
  return read.decisions;
}

function note(byRequest, event) {
  const id = event.request_id;
  if (!byRequest.has(id)) {
    byRequest.set(id, { id, tenant: event.tenant, at: event.at, reasons: [], trouble: [], delegated: false });
  }
  const decision = byRequest.get(id);
  switch (event.type) {
    case 'delegation_started':
      Object.assign(decision, {
        arm: event.arm,
        delegated: true,
        worker: event.delegation_model,
        reasons: event.reason.split(','),
        expected: event.estimated_tokens,
        lens: event.lens,
      });
      break;
    case 'delegation_skipped':
      Object.assign(decision, { arm: 'direct', reasons: event.reasons, wanted: event.would_be, expected: event.estimated_tokens });
      break;
    case 'delegation_finished':
      Object.assign(decision, {
        arm: event.arm,
        delegated: true,
        model: event.requested_model,
        answeredBy: event.answered_by,
        end: event.end,
        endedAt: event.at,
        cost: event.cost_usd,
        lensCost: event.lens_cost_usd,
        counterfactual: event.counterfactual_usd,
        saved: event.saved_usd,
        lens: event.lens ?? decision.lens,
      });
      break;
    case 'bypassed':
    case 'answer_rejected':
    case 'lens_failed':
    case 'judge_failed':
    case 'classifier_failed':
      decision.trouble.push(event);
      break;
    default:
  }
}
