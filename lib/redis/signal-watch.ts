type Stopped = { abort(reason: unknown): void };

/** Tells calls that their signal aborted, with one listener per signal: a batch has thousands of calls on one. */
export class SignalWatch {
  readonly #watched = new WeakMap<AbortSignal, Set<Stopped>>();

  add(signal: AbortSignal, call: Stopped): void {
    const known = this.#watched.get(signal);
    if (known) {
      known.add(call);
      return;
    }
    const calls = new Set([call]);
    this.#watched.set(signal, calls);
    signal.addEventListener(
      'abort',
      () => {
        for (const each of [...calls]) each.abort(signal.reason);
      },
      { once: true },
    );
  }

  delete(signal: AbortSignal, call: Stopped): void {
    this.#watched.get(signal)?.delete(call);
  }
}
