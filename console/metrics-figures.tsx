import type { VNode } from 'preact';
import type { MetricsAnswer } from '../lib/http/metrics-answer.ts';
import type { Points } from './metrics-data.ts';
import { count, ms, perSecond, rate } from './metrics-text.ts';
import { size } from './text.ts';

/** The values of now and of the range. */
export function Figures({ answer, points }: { answer: MetricsAnswer; points: Points }): VNode {
  const { range: sum, server } = answer;
  const limited = sum.rate_limited + sum.concurrency_limited + sum.overloaded;
  const answered = sum.hits + sum.stale + sum.misses;
  const facts: [name: string, value: string, more?: string][] = [
    ['Calls', count(sum.calls), `${perSecond(rate(points.calls.at(-1) ?? 0, answer))} now`],
    ['Failed', count(sum.failed), sum.calls > 0 ? percent(sum.failed / sum.calls) : undefined],
    ['p50', ms(sum.p50)],
    ['p95', ms(sum.p95)],
    ['p99', ms(sum.p99)],
    ...(answered > 0
      ? ([
          [
            'Cache hits',
            percent((sum.hits + sum.stale) / answered),
            `${count(sum.hits + sum.stale)} of ${count(answered)}`,
          ],
        ] as [string, string, string][])
      : []),
    ['Limited', count(limited)],
    ['In flight', count(server.in_flight), `${count(server.waiting)} waiting`],
    ['Memory', size(server.memory)],
    ...redisFigures(server),
  ].map(
    ([name = '', value = '', more]) =>
      [name, value, ...(more === undefined ? [] : [more])] as [string, string, string?],
  );
  return (
    <dl class="figures">
      {facts.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value} {more !== undefined && <span>{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function redisFigures({
  redis,
  redis_ms: roundTrip,
  redis_used: used,
  redis_limit: limit,
}: MetricsAnswer['server']): [string, string, string?][] {
  if (redis === 'unused') return [];
  if (redis !== 'up') return [['Redis', redis === 'down' ? 'no answer' : '…']];
  return [
    ['Redis PING', ms(roundTrip)],
    ...(used === null
      ? []
      : ([['Redis memory', size(used), limit === null ? 'no limit' : `of ${size(limit)}`]] as [
          string,
          string,
          string,
        ][])),
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`;
}
