import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../helpers/wait.ts';
import { CLIENTS, connect, type Agent, type ClientName } from '../mcp/connect.ts';

const tool = (name: string, script: string): string =>
  `  - name: ${name}\n    description: Prints ${name}\n    script: { shell: '${script}' }\n`;
const manifest = (...tools: string[]): string => `name: reloaded\ntools:\n${tools.join('')}`;

describe('gantz mcp, while its manifest is edited', () => {
  let folder = '';
  let file = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantz-reload-'));
    file = join(folder, 'gantz.yaml');
  });
  after(() => rm(folder, { recursive: true }));

  async function start(client?: ClientName): Promise<Agent> {
    await writeFile(file, manifest(tool('first', 'echo 1')));
    return await connect({ ...(client && { client }), args: ['-c', file] });
  }

  const names = async (agent: Agent): Promise<string> => (await agent.list()).map(({ name }) => name).join();
  const hasTools = (agent: Agent, wanted: string) =>
    waitFor(async () => (await names(agent)) === wanted, { what: `the list of tools ${wanted}` });

  for (const client of CLIENTS) {
    it(`serves a valid edit at once, and notifies a client of ${client}`, async () => {
      const agent = await start(client);
      try {
        assert.equal(await names(agent), 'first');
        const before = agent.changes();
        await writeFile(file, manifest(tool('first', 'echo 1'), tool('second', 'echo 2')));
        await waitFor(() => agent.changes() > before, { what: 'the notification of the change' });
        await hasTools(agent, 'first,second');
      } finally {
        await agent.close();
      }
    });
  }

  it('keeps its tools when an edit is invalid, reports the place, and loads the next valid one', async () => {
    const agent = await start();
    try {
      await writeFile(file, 'name: reloaded\ntools:\n  - nam: second\n');
      // A load between the two steps of the write reports an empty manifest first.
      await waitFor(() => /gantz\.yaml:3:[^]*The tools are unchanged\./.test(agent.stderr()), {
        what: () => `the problem in line 3 on stderr: ${agent.stderr()}`,
      });
      await hasTools(agent, 'first');
      await writeFile(file, manifest(tool('third', 'echo 3')));
      await hasTools(agent, 'third');
    } finally {
      await agent.close();
    }
  });

  it('loads a file that replaces the old one, several times', async () => {
    const agent = await start();
    try {
      for (const name of ['one', 'two', 'three']) {
        const draft = join(folder, `.draft-${name}`);
        await writeFile(draft, manifest(tool(name, 'echo')));
        await rename(draft, file);
        await hasTools(agent, name);
      }
    } finally {
      await agent.close();
    }
  });

  it('keeps its tools while the file is missing, and loads it when it is back', async () => {
    const agent = await start();
    try {
      await rm(file);
      await waitFor(() => agent.stderr().includes('The tools are unchanged.'), {
        what: 'the problem of the manifest on stderr',
      });
      await hasTools(agent, 'first');
      await writeFile(file, manifest(tool('back', 'echo')));
      await hasTools(agent, 'back');
    } finally {
      await agent.close();
    }
  });

  it('follows a symbolic link to the file that is edited', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'gantz-linked-'));
    const target = join(elsewhere, 'tools.yaml');
    const link = join(folder, 'linked.yaml');
    await writeFile(target, manifest(tool('first', 'echo')));
    await symlink(target, link);
    const agent = await connect({ args: ['-c', link] });
    try {
      await writeFile(target, manifest(tool('linked', 'echo')));
      await hasTools(agent, 'linked');
    } finally {
      await agent.close();
      await rm(elsewhere, { recursive: true });
    }
  });

  it('finishes a call in flight with the tools it began with', async () => {
    await writeFile(
      file,
      manifest(tool('slow', `while [ ! -e "${folder}/go" ]; do sleep 0.05; done; echo old`)),
    );
    const agent = await connect({ args: ['-c', file] });
    try {
      const slow = agent.call('slow');
      await writeFile(file, manifest(tool('slow', 'echo new')));
      await waitFor(() => agent.changes() > 0, { what: 'the notification of the change' });
      assert.match(JSON.stringify(await agent.call('slow')), /new/);
      await writeFile(join(folder, 'go'), '');
      assert.match(JSON.stringify(await slow), /old/);
    } finally {
      await agent.close();
    }
  });
});
