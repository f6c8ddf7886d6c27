/** Unit tests live beside the source; end-to-end specs have their own runner in e2e/. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'app/**/*.test.ts',
      'main/**/*.test.ts',
      'models/**/*.test.ts',
      'renderer/**/*.test.ts',
      'renderer/**/*.test.tsx',
      'build/**/*.test.ts',
    ],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A browser on a busy machine takes more than the usual second to draw.
    expect: { poll: { timeout: 20_000 } },
    // Two cores and native libraries with threads of their own: more workers only queue.
    maxWorkers: 2,
    pool: 'forks',
  },
});
