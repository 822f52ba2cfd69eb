import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Call } from '../../lib/contract/call.ts';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError, type Code } from '../../lib/contract/errors.ts';
import { BUNDLED_MANIFEST } from './bundled-manifest.ts';
import type { BundledTools } from '../../lib/generated/tools.ts';
import type { Tool } from '../../lib/contract/manifest.ts';
import { checkParameters } from '../../lib/parameters/check.ts';
import { compileValidator } from '../../lib/parameters/validator.ts';
import { operationOf } from '../../lib/run/bundled/bundled-kind.ts';
import { findOperation } from '../../lib/run/bundled/operations.ts';
import { openRedis } from '../../lib/redis/open.ts';
import { TOPOLOGIES, type Topology } from './topologies.ts';

type Name = keyof BundledTools;

/** What binds the call of an operation; each has a default. */
export type RowOptions = Partial<Pick<Call, 'deadline' | 'signal' | 'emit' | 'notice' | 'follow'>>;

/** The bundled tools on one server, with one namespace. */
export type Rows = {
  readonly namespace: string;
  /** Checks the parameters and runs the operation. Fails unless the result matches the `returns` of the tool. */
  call<N extends Name>(
    name: N,
    input: BundledTools[N]['input'],
    options?: RowOptions,
  ): Promise<BundledTools[N]['result']>;
  /** Runs an operation that must fail with `code`, and returns the failure. Fails when it succeeds or has another code. */
  failure<N extends Name>(
    name: N,
    input: BundledTools[N]['input'],
    code: Code,
    options?: RowOptions,
  ): Promise<GantzError>;
  close(): Promise<void>;
};

const validators = new Map<string, ReturnType<Ajv2020['compile']>>();
const ignore = (): void => undefined;

/** Returns `reason` when the tests run on a cluster, for tests that it makes meaningless. */
export function onCluster(reason: string): string | false {
  return process.env['GANTZ_TEST_TOPOLOGY'] === 'cluster' && reason;
}

/** The servers of `useRows`. */
export type RowServers = Pick<Topology, 'url' | 'env' | 'plain'> & { readonly namespace: string };

/**
 * Starts servers for the tests of this file or suite, and opens the bundled tools on them with a random namespace.
 * GANTZ_TEST_TOPOLOGY names the set-up.
 */
export function useRows(): { redis: RowServers; rows: Rows } {
  const namespace = `test-${randomUUID()}`;
  let running: { topology: Topology; rows: Rows } | undefined;
  const current = (): { topology: Topology; rows: Rows } => {
    if (!running) throw new Error('The servers of useRows run only while tests run');
    return running;
  };
  before(async () => {
    const start = TOPOLOGIES[process.env['GANTZ_TEST_TOPOLOGY'] ?? 'one'];
    assert.ok(start, 'GANTZ_TEST_TOPOLOGY names no set-up');
    const topology = await start();
    running = { topology, rows: openRows(topology, namespace) };
  });
  after(async () => {
    await running?.rows.close();
    await running?.topology.stop();
  });
  return {
    redis: {
      namespace,
      get url() {
        return current().topology.url;
      },
      get env() {
        return current().topology.env;
      },
      get plain() {
        return current().topology.plain;
      },
    },
    rows: {
      namespace,
      call: (...args) => current().rows.call(...args),
      failure: (...args) => current().rows.failure(...args),
      close: () => current().rows.close(),
    },
  };
}

/** Opens the bundled tools on a server. Without `namespace`, the namespace is random. */
export function openRows(
  { url, env = {} }: { url: string; env?: Readonly<Record<string, string>> },
  namespace = `test-${randomUUID()}`,
): Rows {
  const redis = openRedis({ url, namespace, env, mode: 'long-lived', notice: ignore });

  async function call(name: Name, input: object, options: RowOptions = {}): Promise<Record<string, unknown>> {
    const tool = BUNDLED_MANIFEST.tools.find((one) => one.name === name);
    const action = operationOf(tool?.action);
    assert.ok(tool && action, name);
    const { params, given } = await checkParameters(tool, input, await compileValidator(tool.inputSchema));
    const { deadline = new Deadline({ budgetMs: 60_000 }), signal, follow = false } = options;
    const { emit = ignore, notice = ignore } = options;
    const operation = await findOperation(action);
    const bound = { deadline, signal, emit, notice, follow, given };
    const result = await redis.use({ deadline, signal }, (connection) =>
      operation(connection, params, bound),
    );
    assertReturns(tool, result);
    return result;
  }

  return {
    namespace,
    call: call as Rows['call'],
    async failure(name, input, code, options) {
      const error: unknown = await call(name, input, options).then(
        (result) => assert.fail(`${name} gave ${JSON.stringify(result)} instead of ${code}`),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof GantzError, String(error));
      assert.equal(error.code, code, error.message);
      return error;
    },
    close: () => redis.close(),
  };
}

/** Fails unless a result, as JSON, matches the outputSchema of its tool. */
function assertReturns({ name, outputSchema }: Tool, result: unknown): void {
  assert.ok(outputSchema, `${name} declares what it returns`);
  const validate = validators.get(name) ?? new Ajv2020({ allErrors: true }).compile(outputSchema);
  validators.set(name, validate);
  const valid = validate(JSON.parse(JSON.stringify(result)));
  assert.ok(valid, `${name} gave ${JSON.stringify(result)}: ${JSON.stringify(validate.errors)}`);
}
