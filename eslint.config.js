/**
 * Lint rules, the import boundaries of docs/architecture.md among them: `app` imports nothing of ours, `main`
 * and `renderer` import `app` and never each other, and each native or foreign library has one place that may
 * know it.
 */
import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Packages that only one folder (or file) may import. */
const homes = [
  {
    name: 'electron',
    group: ['electron', 'electron/*'],
    allowed: ['main/hosts/electron*.ts', 'main/hosts/preload*.ts', 'main/index.ts'],
  },
  {
    name: 'onnxruntime-node',
    group: ['onnxruntime-node', 'onnxruntime-common'],
    allowed: ['main/engine/session.ts'],
  },
  {
    name: 'sharp, RAW and metadata libraries',
    group: ['sharp', 'exiftool-vendored', 'libraw-wasm', 'libraw-wasm/*'],
    allowed: ['main/files/**'],
  },
  { name: 'better-sqlite3', group: ['better-sqlite3'], allowed: ['main/library/database.ts'] },
  {
    name: 'node:child_process',
    group: ['node:child_process', 'child_process'],
    allowed: [
      'main/engine/process*.ts',
      'main/engine/ffmpeg*.ts',
      'main/hosts/**',
      'main/files/exiftool*.ts',
      'main/cli*.ts',
      'main/cli/**',
    ],
  },
];

/** Whether everything that `file` matches is matched by `pattern` (only trailing `/**` is used here). */
const covers = (pattern, file) =>
  pattern === file || (pattern.endsWith('/**') && file.startsWith(pattern.slice(0, -2)));

/** Bans for files of one pattern. ESLint takes the last matching setting of a rule whole, so each gets every ban but its own. */
function bans(file) {
  return homes
    .filter((h) => !(file && h.allowed.some((pattern) => covers(pattern, file))))
    .map((h) => ({ group: h.group, message: `${h.name} may be imported only by ${h.allowed.join(', ')}.` }));
}
// Narrow patterns last, since the last one wins.
const allowedFiles = [...new Set(homes.flatMap((h) => h.allowed))].sort(
  (a, b) => b.endsWith('**') - a.endsWith('**'),
);

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'release/**', 'node_modules/**', '.cache/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-console': ['error', { allow: ['error', 'warn'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['app/**', 'main/**', 'renderer/**'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': ['app', 'main', 'renderer', 'models'].map((type) => ({ type, pattern: type })),
      'boundaries/include': ['app/**', 'main/**', 'renderer/**', 'models/**'],
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js', '.json'] } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: Object.entries({
            app: ['app'],
            main: ['main', 'app', 'models'],
            renderer: ['renderer', 'app'],
            models: ['models', 'app'],
          }).map(([from, to]) => ({
            from: { element: { type: from } },
            allow: to.map((type) => ({ to: { element: { type } } })),
          })),
        },
      ],
      'no-restricted-imports': ['error', { patterns: bans(null) }],
    },
  },
  ...allowedFiles.map((file) => ({
    files: [file],
    rules: { 'no-restricted-imports': ['error', { patterns: bans(file) }] },
  })),
  {
    files: ['app/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...bans(null),
            {
              group: ['node:*', 'fs', 'path', 'react', 'react/*', '@mui/*'],
              message: 'app is pure: no Node, no DOM, no React.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'window', 'document', 'require', '__dirname'],
    },
  },
  {
    files: ['renderer/**'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-restricted-imports': [
        'error',
        {
          patterns: [...bans(null), { group: ['node:*', 'fs', 'path'], message: 'The window has no Node.' }],
        },
      ],
    },
  },
  {
    // Tests may look at what was written with the libraries themselves.
    files: ['**/*.test.ts', '**/*.test.tsx', '**/testing.ts', 'e2e/**', 'build/**'],
    rules: { 'no-restricted-imports': 'off', 'no-console': 'off', 'no-restricted-globals': 'off' },
  },
);
