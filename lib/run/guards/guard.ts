import type { Call, Origin } from '../../contract/call.ts';
import type { Result } from '../../contract/envelope.ts';
import type { Tool } from '../../contract/manifest.ts';
import type { GuardKey } from '../../manifest/tool-key.ts';
import type { Invocation } from '../invocation.ts';

/** What a caller asks of the guards. */
export type Wishes = {
  /** The caller's idempotency key: a repetition of the call gets the answer of the first one. */
  idempotencyKey?: unknown;
  /** How long to wait while another call with the same key runs, in milliseconds; 0 when absent. */
  idempotencyWaitMs?: number;
  /**
   * Waits until the action may run, in an interface that limits how many actions run at a time. The call then calls the function that
   * it gets when it has ended. A cached answer needs no turn.
   */
  turn?: () => Promise<() => void>;
  /** True to run the action although an answer is cached. */
  noCache?: boolean;
  /** True when a person has agreed to the call, or a function that asks one. Without it, a tool with `confirm` is refused. */
  confirm?: boolean | Ask;
  /** Where the call comes from. */
  origin?: Origin;
  /** Receives what is left of the rate limit when it has counted the call. */
  onQuota?: (quota: Quota) => void;
};

/** What is left of a rate limit. */
export type Quota = {
  /** The name of the limit: that of the tool, or one that several tools share. */
  name: string;
  limit: number;
  windowSeconds: number;
  remaining: number;
};

/** Asks a person whether a call may run. Returns undefined when nobody can be asked. */
export type Ask = (question: Question) => Promise<boolean | undefined> | boolean | undefined;

/** What a person agrees to. */
export type Question = {
  /** The name of the tool. */
  readonly tool: string;
  /** The parameters of the call: checked, with defaults. The value of a secret one is `[secret]`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Tool and parameters as lines of text without control characters. */
  readonly text: string;
};

/** What guards use of a runner. */
export type Host = {
  /** Returns the connection of the runner. */
  readonly redis: Invocation['redis'];
  /** Returns the variables of a tool, the same object each time. */
  readonly variablesOf: (tool: GuardedCall['tool']) => Variables;
  /** Runs the action of a tool. */
  readonly run: (
    tool: GuardedCall['tool'],
    params: GuardedCall['params'],
    call: Call,
    redis: Invocation['redis'],
  ) => Promise<Result>;
};

/** The variables of the action of a tool. */
export type Variables = Pick<Invocation, 'environment'> & {
  /** The names of the variables that the manifest and the tool declare for its process. */
  readonly declared: readonly string[];
};

/** One call that passes the guards of its tool. */
export type GuardedCall = Pick<Invocation, 'tool' | 'params' | 'call' | 'redis'> & {
  readonly variablesOf: Host['variablesOf'];
  /** The name of the manifest, which is part of the keys of guards in Redis. */
  readonly scope: string;
  /** The guard that the call passes now. */
  readonly guard: {
    readonly key: string;
    /** What happens when Redis does not answer, after `on_redis_failure`. */
    readonly withoutRedis: GuardKey['withoutRedis'] | undefined;
  };
  readonly wishes: Wishes;
  /** True when the action of a bundled tool runs with an idempotency key. */
  readonly isKeyed: boolean;
  /** The members of the field `gantz` of the answer, such as `attempts`. Guards add them. */
  readonly notes: Record<string, unknown>;
};

/** Runs what a guard encloses: the next guard, and at the end the action. `changes` apply to all of it. */
export type Next = (changes?: Changes) => Promise<Result>;

export type Changes = {
  /** The call with another time limit. */
  call?: Call;
  /** The time limit of the action in milliseconds, from its start and within that of the call. */
  actionTimeoutMs?: number;
  /** The connection of the action. Guards use that of `GuardedCall`. */
  redis?: Invocation['redis'];
};

/** Everything that is particular to one guard with the setting `S`. */
export type Guard<S = unknown> = GuardKey<S> & {
  /** Returns a sentence for `gantz describe`: what the guard does with this setting. It is for somebody who knows no guards. */
  describe(setting: S, tool: Tool): string;
  /** Loads the code that runs calls inside the guard. */
  load(): Promise<LoadedGuard<S>>;
};

/** A guard that can run calls. It has a method, so that one table can hold guards of different settings. */
export type LoadedGuard<S = unknown> = {
  /**
   * Returns an answer for which nothing has to run, with its field `gantz`. Otherwise returns what `otherwise` does: it runs the guards
   * from this one (0) or from the next one (1) on. Only the outermost guard of a tool is called.
   */
  find?(setting: S, guarded: GuardedCall, otherwise: (index: 0 | 1) => Promise<Result>): Promise<Result>;
  /** Runs a call inside the guard. Throws the failures of `next`, and its own. */
  run(setting: S, guarded: GuardedCall, next: Next): Promise<Result>;
};

/** The type of the function that runs calls inside a guard. */
export type Wrap<S> = LoadedGuard<S>['run'];

/** The type of the function that finds answers. */
export type Find<S> = NonNullable<LoadedGuard<S>['find']>;
