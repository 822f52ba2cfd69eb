import type { VNode } from 'preact';

/** A list of names and values. */
export function Facts({ facts }: { facts: readonly (readonly [string, VNode | string | number])[] }): VNode {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
