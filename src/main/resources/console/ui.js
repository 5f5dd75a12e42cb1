/*
 * Pieces that views are made of. All text of the gateway's goes through templates, which set it as text and never read it as markup.
 */
import { html, nothing } from './lit-html.js';

/**
 * A resource in whichever state it is: loading, failed, empty, or there. What was loaded earlier stays in sight when a newer question fails.
 *
 * @param {(value: any) => any} template of a value that is there
 * @param {{ isEmpty?: (value: any) => boolean, empty?: any }} options
 */
export function shown(resource, template, { isEmpty = () => false, empty = nothing } = {}) {
  const { value, error } = resource;
  if (value === undefined) {
    return error ? failed(error, () => resource.refresh()) : loading();
  }
  return html`
    ${error ? stale(error, () => resource.refresh()) : nothing}
    ${isEmpty(value) ? empty : template(value)}
  `;
}

function loading() {
  return html`
    <div class="skeleton" role="status" data-state="loading">
      <span class="unseen">Loading</span>
      <div class="bone wide"></div><div class="bone"></div><div class="bone narrow"></div>
    </div>
  `;
}

function failed(error, again) {
  const headline = error.wantsToken ? 'The gateway wants a token' : 'This could not be loaded';
  return html`
    <div class="notice bad" role="alert" data-state="failed">
      <h3>${headline}</h3>
      ${problems(error)}
      <button type="button" @click=${again}>Try again</button>
    </div>
  `;
}

function stale(error, again) {
  return html`
    <div class="notice warn slim" role="status" data-state="stale">
      <span>What you see is from before: ${error.message}</span>
      <button type="button" class="quiet" @click=${again}>Try again</button>
    </div>
  `;
}

export function problems(error) {
  const all = error.problems ?? [error.message];
  return all.length === 1 ? html`<p>${all[0]}</p>` : html`<ul>${all.map((problem) => html`<li>${problem}</li>`)}</ul>`;
}

/** Where there is nothing yet: what would be here, and how it comes about. */
export function nothingYet(headline, advice) {
  return html`
    <div class="notice calm" data-state="empty">
      <h3>${headline}</h3>
      <p>${advice}</p>
    </div>
  `;
}

/** @param {'good' | 'warn' | 'bad' | 'calm'} mood said by the words too, not by colour alone */
export function badge(text, mood = 'calm') {
  return html`<span class="badge ${mood}">${text}</span>`;
}

/** A number with its name above and what to make of it below. */
export function figure(name, value, note = nothing) {
  return html`
    <div class="figure">
      <dt>${name}</dt>
      <dd>${value}</dd>
      ${note === nothing ? nothing : html`<dd class="note">${note}</dd>`}
    </div>
  `;
}

/** Which tenant is looked at; nothing to choose where there is but one. */
export function tenantPicker(tenants, chosen, choose, { all = false } = {}) {
  if (tenants.length < 2) {
    return nothing;
  }
  return html`
    <label class="picker">
      <span>Tenant</span>
      <select @change=${(event) => choose(event.target.value)}>
        ${all ? html`<option value="" ?selected=${chosen === ''}>all</option>` : nothing}
        ${tenants.map((id) => html`<option value=${id} ?selected=${id === chosen}>${id}</option>`)}
      </select>
    </label>
  `;
}

/** A table that becomes a list of cards where the page is narrow: each cell then carries its column's name. */
export function table(caption, columns, rows) {
  return html`
    <div class="scroll" role="region" aria-label=${caption} tabindex="0">
      <table>
        <caption class="unseen">${caption}</caption>
        <thead><tr>${columns.map((column) => html`<th scope="col" class=${column.number ? 'number' : ''}>${column.name}</th>`)}</tr></thead>
        <tbody>
          ${rows.map((row) => html`
            <tr>
              ${columns.map((column, at) => at === 0
                ? html`<th scope="row" data-name=${column.name}><span>${row[at]}</span></th>`
                : html`<td class=${column.number ? 'number' : ''} data-name=${column.name}><span>${row[at]}</span></td>`)}
            </tr>
          `)}
        </tbody>
      </table>
    </div>
  `;
}
