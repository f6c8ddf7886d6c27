import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as language from './index.ts';

/** What is no operator and no loss: building blocks that the page explains in its text. */
const machinery = new Set([
  ...['Graph', 'GraphError', 'OPSET', 'apply', 'describe', 'differentiate', 'emit', 'evaluate', 'fail'],
  ...['operands', 'reachable', 'sameShape', 'size', 'maskedMean'],
  ...['constantScope', 'declareParameters', 'initialWeights', 'layeredScope', 'makeScope', 'vectorScope'],
]);

describe('docs/graph.md', () => {
  const page = readFileSync(path.resolve('docs/graph.md'), 'utf8');
  it('lists every operator and loss', () => {
    const missing = Object.keys(language).filter(
      (name) => !machinery.has(name) && !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
  it('lists none that does not exist', () => {
    const tables = page.slice(page.indexOf('## Operators'));
    const named = [...tables.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm)].flatMap(([, first, second]) =>
      // Operators stand in the second column, losses in the first.
      [...(first.includes('.ts') ? second : first).matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((name) => !(name in language))).toEqual([]);
  });
});
