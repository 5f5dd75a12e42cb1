/*
 * Something of the gateway's that a view shows: loaded when it is first needed, and again as long as it is looked at.
 */

export class Resource {
  #load;
  #changed;
  #timer = undefined;
  #asked = 0;

  /** The last answer; undefined until there is one. */
  value = undefined;

  /** Why the newest question was not answered; undefined when it was. A value from before stays. */
  error = undefined;

  /**
   * @param {() => Promise<any>} load
   * @param {() => void} changed told whenever value or error is another
   */
  constructor(load, changed) {
    this.#load = load;
    this.#changed = changed;
  }

  /** Loads now; an answer that comes after that of a later question is thrown away. */
  async refresh() {
    const question = ++this.#asked;
    try {
      const value = await this.#load();
      this.#answered(question, () => {
        this.value = value;
        this.error = undefined;
      });
    } catch (error) {
      this.#answered(question, () => {
        this.error = error;
      });
    }
  }

  #answered(question, take) {
    if (question === this.#asked) {
      take();
      this.#changed();
    }
  }

  /** Loads now and then again, as long as the page is seen. */
  every(milliseconds) {
    this.stop();
    this.refresh();
    this.#timer = setInterval(() => {
      if (!document.hidden) {
        this.refresh();
      }
    }, milliseconds);
    return this;
  }

  /** Throws the value away: the next is of something else. */
  reset() {
    this.value = undefined;
    this.error = undefined;
    return this.refresh();
  }

  stop() {
    clearInterval(this.#timer);
    this.#asked++;
  }
}

/** Lets {@code action} run at most once in a while, the last call included. */
export function seldom(milliseconds, action) {
  let waiting;
  return () => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      action();
    }, milliseconds);
  };
}
