import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runQueueWorkers } from '../helpers/queue-workers.ts';

describe('five workers of a queue, one of which is killed every second', () => {
  it('do each of 1,000 jobs, and have each effect once', async () => {
    const jobs = 1000;
    const { killed, ...result } = await runQueueWorkers({ jobs, killEveryMs: 1000 });
    assert.deepEqual(result, { jobs, results: jobs, sent: jobs, distinct: jobs });
    assert.ok(killed > 0, `${killed} workers were killed`);
  });
});
