/*
 * Numbers and times as a person reads them. What is not known is a dash, never zero.
 */

export const UNKNOWN = '–';

const MINUS = '−';

function decimal(value, digits) {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function signed(value, text) {
  return (value < 0 ? MINUS : '') + text;
}

/** Dollars: two decimals from a dollar up, else as many as show two figures. */
export function usd(value) {
  if (value === null || value === undefined) {
    return UNKNOWN;
  }
  const size = Math.abs(value);
  if (size === 0) {
    return '$0';
  }
  const digits = size >= 0.995 ? 2 : Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(size))));
  return signed(value, `$${decimal(size, digits)}`);
}

/** Dollars on an axis: as many decimals as its steps need. */
export function usdBy(value, step) {
  const digits = Math.min(9, Math.max(step < 1 ? 2 : 0, -Math.floor(Math.log10(step) + 1e-9)));
  return signed(value, `$${decimal(Math.abs(value), digits)}`);
}

/** With a plus in front of what is more than nothing. */
export function gain(value, format = usd) {
  return value > 0 ? `+${format(value)}` : format(value);
}

export function percent(share, digits = 0) {
  return share === null || share === undefined || !Number.isFinite(share)
    ? UNKNOWN
    : signed(share, `${decimal(Math.abs(share) * 100, digits)} %`);
}

/** A quality or probability: 0 to 1. */
export function score(value) {
  return value === null || value === undefined ? UNKNOWN : signed(value, decimal(Math.abs(value), 2));
}

export function count(value) {
  return value === null || value === undefined ? UNKNOWN : Math.round(value).toLocaleString('en-US');
}

/** {@code 1 outcome}, {@code 2 outcomes}. */
export function many(number, one, more = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : more}`;
}

export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB');
}

export function date(time) {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

export function moment(time) {
  return time === null || time === undefined ? UNKNOWN : `${date(time)}, ${clock(time)}`;
}

const SPANS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** How long ago, or how far ahead: one unit, rounded down. */
export function ago(time, now = Date.now()) {
  const seconds = Math.round((now - new Date(time)) / 1000);
  const size = Math.abs(seconds);
  const [unit, name] = SPANS.find(([length]) => size >= length) ?? [1, 'second'];
  if (size < 5) {
    return 'just now';
  }
  const span = many(Math.floor(size / unit), name);
  return seconds < 0 ? `in ${span}` : `${span} ago`;
}

export function milliseconds(value) {
  return value === null || value === undefined ? UNKNOWN : value < 1000 ? `${count(value)} ms` : `${decimal(value / 1000, 1)} s`;
}

/** The first characters of an id that is too long to read. */
export function short(id, length = 10) {
  return id.length > length ? `${id.slice(0, length)}…` : id;
}
