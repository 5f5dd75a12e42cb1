/*
 * Pictures, drawn as SVG from numbers. Each says in words what it shows; colours and strokes are the style sheet's, by class.
 */
import { html, nothing, svg } from './lit-html.js';

const AXIS = { left: 62, right: 16, top: 14, bottom: 28 };

/** Steps of 1, 2 or 5 times a power of ten, about {@code wanted} of them, that hold {@code low} and {@code high}. */
export function ticks(low, high, wanted = 4) {
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = power * ([1, 2, 5].find((factor) => span / (power * factor) <= wanted) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function path(points) {
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

/** There along the one edge and back along the other. */
function area(upper, lower) {
  return `${path([...upper, ...lower.toReversed()])}Z`;
}

/**
 * A value over time with its 95 % interval as a band.
 *
 * @param {{ at: number, value: number, low?: number, high?: number, words: string }[]} points in order of time; {@code words} are the tool tip's
 * @param {{ width: number, height?: number, label: string, y: (value: number, step: number) => string, x: (at: number) => string }} options
 */
export function course(points, { width, height = 260, label, y: yWords, x: xWords }) {
  const lows = points.map((point) => point.low ?? point.value);
  const highs = points.map((point) => point.high ?? point.value);
  const steps = ticks(Math.min(0, ...lows), Math.max(0, ...highs));
  const [from, to] = [points[0].at, points.at(-1).at];
  const x = (at) => AXIS.left + (to === from ? 0.5 : (at - from) / (to - from)) * (width - AXIS.left - AXIS.right);
  const y = (value) => height - AXIS.bottom - ((value - steps[0]) / (steps.at(-1) - steps[0])) * (height - AXIS.top - AXIS.bottom);
  const along = (values) => points.map((point, at) => [x(point.at), y(values[at])]);
  const reach = Math.max(6, (width - AXIS.left - AXIS.right) / points.length / 2);
  const last = points.at(-1);
  return html`
    <svg class="chart" width=${width} height=${height} role="img" aria-label=${label}>
      ${steps.map((step) => svg`
        <line class=${step === 0 ? 'zero' : 'grid'} x1=${AXIS.left} x2=${width - AXIS.right} y1=${y(step)} y2=${y(step)}></line>
        <text class="tick end" x=${AXIS.left - 8} y=${y(step) + 4}>${yWords(step, steps[1] - steps[0])}</text>
      `)}
      ${timeTicks(from, to, width < 500 ? 3 : 5).map((at, index, all) => svg`
        <text class="tick ${all.length === 1 ? 'middle' : index === 0 ? 'start' : index === all.length - 1 ? 'end' : 'middle'}" x=${x(at)} y=${height - 8}>${xWords(at)}</text>
      `)}
      ${points.length > 1
        ? svg`<path class="band" d=${area(along(highs), along(lows))}></path><path class="line" d=${path(along(points.map((point) => point.value)))}></path>`
        : svg`<line class="whisker" x1=${x(from)} x2=${x(from)} y1=${y(lows[0])} y2=${y(highs[0])}></line>`}
      <circle class="dot" cx=${x(last.at)} cy=${y(last.value)} r="4.5"></circle>
      ${points.map((point) => svg`
        <rect class="reach" x=${x(point.at) - reach} width=${2 * reach} y=${AXIS.top} height=${height - AXIS.top - AXIS.bottom}><title>${point.words}</title></rect>
      `)}
    </svg>
  `;
}

function timeTicks(from, to, wanted) {
  return to === from ? [from] : Array.from({ length: wanted }, (_, at) => from + ((to - from) * at) / (wanted - 1));
}

/**
 * What is believed of several qualities, each as a density from 0 to 1, the arms apart by colour and dash.
 *
 * @param {{ name: string, mean: number, deviation: number, kind: number }[]} beliefs
 */
export function beliefs(all, { width, height = 190, label }) {
  const bottom = height - AXIS.bottom;
  const x = (quality) => 12 + quality * (width - 24);
  const curves = all.map((belief) => ({ ...belief, points: density(belief.mean, belief.deviation) }));
  const most = Math.max(...curves.map((curve) => Math.max(...curve.points.map(([, height]) => height))));
  const y = (height) => bottom - (height / most) * (bottom - AXIS.top);
  return html`
    <svg class="chart" viewBox="0 0 ${width} ${height}" width=${width} role="img" aria-label=${label}>
      ${[0, 0.25, 0.5, 0.75, 1].map((quality) => svg`
        <line class="grid" x1=${x(quality)} x2=${x(quality)} y1=${AXIS.top} y2=${bottom}></line>
        <text class="tick ${quality === 0 ? 'start' : quality === 1 ? 'end' : 'middle'}" x=${x(quality)} y=${height - 8}>${quality}</text>
      `)}
      <line class="zero" x1=${x(0)} x2=${x(1)} y1=${bottom} y2=${bottom}></line>
      ${curves.map(({ kind, mean, points }) => svg`
        <path class="hill kind-${kind}" d=${area(points.map(([quality, height]) => [x(quality), y(height)]), [[x(0), bottom], [x(1), bottom]])}></path>
        <path class="density kind-${kind}" d=${path(points.map(([quality, height]) => [x(quality), y(height)]))}></path>
        <line class="mean kind-${kind}" x1=${x(clamp(mean))} x2=${x(clamp(mean))} y1=${bottom} y2=${AXIS.top}></line>
      `)}
    </svg>
  `;
}

function clamp(quality) {
  return Math.min(1, Math.max(0, quality));
}

/** A normal density between 0 and 1, finer where it is high. */
function density(mean, deviation) {
  const spread = Math.max(deviation, 0.004);
  const places = new Set(Array.from({ length: 61 }, (_, at) => at / 60));
  for (let step = -4; step <= 4; step += 0.125) {
    places.add(clamp(mean + step * spread));
  }
  return [...places].sort((a, b) => a - b).map((at) => [at, Math.exp(-0.5 * ((at - mean) / spread) ** 2) / spread]);
}

/** The strokes of arms: direct has the same everywhere, and each other its own among those it is pictured with. */
export function kindsOf(names) {
  const others = names.filter((name) => name !== 'direct').sort();
  return new Map([['direct', 0], ...others.map((name, at) => [name, 1 + (at % 5)])]);
}

/** One key of a legend: the stroke that its curve has. */
export function stroke(kind) {
  return html`<svg class="stroke" width="26" height="10" aria-hidden="true"><line class="mean kind-${kind}" x1="1" x2="25" y1="5" y2="5"></line></svg>`;
}

/**
 * How much of something is used.
 *
 * @param {number} share 0 to 1, more is drawn as 1
 * @param {{ label: string, mood: string, held?: number, marks?: number[] }} options {@code held}: a further share that is spoken for; {@code marks}: where the state changes
 */
export function bar(share, { label, mood, held = 0, marks = [] }) {
  const used = clamp(share);
  const spoken = Math.min(held, 1 - used);
  return html`
    <svg class="bar ${mood}" width="100%" height="12" role="img" aria-label=${label}>
      <rect class="ground" width="100%" height="12" rx="6"></rect>
      <rect class="held" x="${100 * used}%" width="${100 * spoken}%" height="12"></rect>
      <rect class="used" width="${100 * used}%" height="12" rx="6"></rect>
      ${marks.map((mark) => svg`<line class="mark" x1="${100 * mark}%" x2="${100 * mark}%" y1="0" y2="12"></line>`)}
    </svg>
  `;
}

/** A value with its interval on a scale of its own; {@code nothing} without one. */
export function whisker({ low, value, high }, { from, to, label, width = 150 }) {
  if (![low, value, high].every(Number.isFinite)) {
    return nothing;
  }
  const x = (number) => 6 + ((Math.min(to, Math.max(from, number)) - from) / (to - from)) * (width - 12);
  return html`
    <svg class="chart inline" width=${width} height="18" role="img" aria-label=${label}>
      <line class="grid" x1="0" x2=${width} y1="9" y2="9"></line>
      ${from < 0 && to > 0 ? svg`<line class="zero" x1=${x(0)} x2=${x(0)} y1="1" y2="17"></line>` : nothing}
      <line class="whisker" x1=${x(low)} x2=${x(high)} y1="9" y2="9"></line>
      <circle class="dot" cx=${x(value)} cy="9" r="4"></circle>
    </svg>
  `;
}
