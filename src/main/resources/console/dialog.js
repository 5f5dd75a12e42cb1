/*
 * Questions to the operator. One dialog at a time; Escape closes it and does nothing else, and the focus goes back where it was.
 */
import { html, nothing, render } from './lit-html.js';
import { problems } from './ui.js';

/**
 * Asks once, and carries out when the answer is yes. The dialog stays open with the reason when that fails.
 *
 * @param {{ title: string, text: any, action: string, danger?: boolean, fields?: any }} question {@code fields}: inputs of the dialog's form
 * @param {(form: FormData) => Promise<any>} carryOut
 * @returns {Promise<boolean>} whether it was carried out
 */
export function ask(question, carryOut) {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    const state = { busy: false, error: undefined, done: false };

    async function submit(event) {
      event.preventDefault();
      if (state.busy) {
        return;
      }
      state.busy = true;
      draw();
      try {
        await carryOut(new FormData(event.target));
        state.done = true;
        dialog.close();
      } catch (error) {
        state.busy = false;
        state.error = error;
        draw();
      }
    }

    function draw() {
      render(html`
        <form @submit=${submit}>
          <h2 id="dialog-title">${question.title}</h2>
          <div class="dialog-text">${question.text}</div>
          ${question.fields ?? nothing}
          ${state.error ? html`<div class="notice bad slim" role="alert">${problems(state.error)}</div>` : nothing}
          <div class="buttons">
            <button type="button" class="quiet" ?autofocus=${!question.fields} @click=${() => dialog.close()}>Cancel</button>
            <button type="submit" class=${question.danger ? 'danger' : 'primary'} ?disabled=${state.busy}>${state.busy ? 'Working …' : question.action}</button>
          </div>
        </form>
      `, dialog);
    }

    dialog.setAttribute('aria-labelledby', 'dialog-title');
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(state.done);
    });
    draw();
    document.body.append(dialog);
    dialog.showModal();
  });
}
