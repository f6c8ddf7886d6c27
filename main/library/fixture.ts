/** A whole house for tests: services over a fresh folder with fake engines, and the calls checked by the contract's schemas as a host would. */
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { calls, topics } from '../../app/contract/index.ts';
import type { CallArgs, CallName, CallResult, TopicName } from '../../app/contract/index.ts';
import type { Job } from '../../app/contract/jobs.ts';
import type { Item } from '../../app/contract/library.ts';
import { createServices, type Services, type ServicesOptions } from '../services.ts';
import { fakeBaseline, FakeEngine } from './fake-engine.ts';

export interface House {
  dir: string;
  services: Services;
  interactive: FakeEngine;
  batch: FakeEngine;
  events: { topic: TopicName; value: unknown }[];
  /** Calls a handler; arguments and answer pass the contract's schemas. */
  ask<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResult<N>>;
  /** Writes files below the house (content = second element) and returns their paths. */
  files(...list: [name: string, content: string][]): Promise<string[]>;
  /** Imports and waits for the end of the job. */
  import(...paths: string[]): Promise<Job>;
  settled(jobId: number): Promise<Job>;
  items(query?: CallArgs<'library.query'>): Promise<Item[]>;
  /** Closes and opens again over the same folder. */
  restart(change?: Partial<ServicesOptions>): Promise<void>;
  close(): Promise<void>;
}

export async function makeHouse(change: Partial<ServicesOptions> = {}): Promise<House> {
  const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'revelado-test-')));
  const interactive = new FakeEngine();
  const batch = new FakeEngine();
  const events: House['events'] = [];
  const open = (more: Partial<ServicesOptions>): Promise<Services> =>
    createServices({
      dataDir: path.join(dir, 'data'),
      engines: { interactive, batch },
      folders: [
        {
          id: 'exports',
          name: 'Exports',
          path: path.join(dir, 'exports'),
          purpose: 'export',
          watched: false,
        },
        { id: 'source-1', name: 'Scans', path: path.join(dir, 'scans'), purpose: 'source', watched: false },
      ],
      host: { kind: 'browser', version: '0', locale: 'en', platform: 'linux' },
      publish: (topic, value) => {
        topics[topic].parse(value);
        events.push({ topic, value });
      },
      tools: { rollBaseline: fakeBaseline, freeSpace: async () => 1e12 },
      timing: { sidecarMs: 10, changeMs: 5, beatMs: 20, settleMs: 100, gatherMs: 50 },
      ...change,
      ...more,
    });
  await mkdir(path.join(dir, 'scans'), { recursive: true });
  const house: House = {
    dir,
    services: await open({}),
    interactive,
    batch,
    events,
    async ask(name, args) {
      const [input, output] = calls[name];
      const handler = house.services.handlers[name] as (a: unknown, c: { signal: AbortSignal }) => unknown;
      const answer = await handler(input.parse(args), { signal: new AbortController().signal });
      return output.parse(answer) as never;
    },
    async files(...list) {
      const paths: string[] = [];
      for (const [name, content] of list) {
        const file = path.join(dir, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, content);
        paths.push(file);
      }
      return paths;
    },
    async import(...paths) {
      return house.settled(await house.services.importPaths(paths));
    },
    async settled(jobId) {
      for (;;) {
        const { jobs } = await house.ask('jobs.list', {});
        const job = jobs.find((j) => j.id === jobId);
        if (job && !['queued', 'running'].includes(job.state)) return job;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async items(query = {}) {
      return (await house.ask('library.query', { limit: 1000, ...query })).items;
    },
    async restart(more = {}) {
      await house.services.close();
      house.services = await open(more);
    },
    async close() {
      await house.services.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return house;
}

/** Waits until `check` holds; fails after `ms`. */
export async function until(check: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Not in ${ms} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
