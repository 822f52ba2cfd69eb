import type { ServerResponse } from 'node:http';

/** The requests that are not answered yet. */
export class Exchanges {
  readonly #open = new Set<ServerResponse>();
  #onIdle: () => void = () => undefined;

  /** Adds a request, until its answer is sent or its client has disconnected. */
  begin(outgoing: ServerResponse): void {
    this.#open.add(outgoing);
    outgoing.once('close', () => this.exclude(outgoing));
  }

  /** Removes a request whose answer does not end by itself. */
  exclude(outgoing: ServerResponse): void {
    if (this.#open.delete(outgoing) && this.#open.size === 0) this.#onIdle();
  }

  /** Resolves to true when every request is answered, or to false after `limitMs` milliseconds. */
  async idle(limitMs: number): Promise<boolean> {
    if (this.#open.size === 0) return true;
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
