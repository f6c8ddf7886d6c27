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

/** ESLint takes the last matching setting of a rule whole, so each home's files get every ban but their own. */
function bans(file) {
  return homes
    .filter((h) => !(file && h.allowed.includes(file)))
    .map((h) => ({ group: h.group, message: `${h.name} may be imported only by ${h.allowed.join(', ')}.` }));
}
const allowedFiles = [...new Set(homes.flatMap((h) => h.allowed))];

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
      'boundaries/elements': [
        { type: 'app', pattern: 'app', mode: 'folder' },
        { type: 'main', pattern: 'main', mode: 'folder' },
        { type: 'renderer', pattern: 'renderer', mode: 'folder' },
        { type: 'models', pattern: 'models', mode: 'folder' },
      ],
      'boundaries/include': ['app/**', 'main/**', 'renderer/**', 'models/**'],
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.js', '.json'] } },
    },
    rules: {
      'boundaries/element-types': [
        'error',
        {
          default: 'disallow',
          rules: [
            { from: 'app', allow: ['app'] },
            { from: 'main', allow: ['main', 'app', 'models'] },
            { from: 'renderer', allow: ['renderer', 'app'] },
            { from: 'models', allow: ['models', 'app'] },
          ],
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
    files: ['**/*.test.ts', '**/*.test.tsx', 'e2e/**', 'build/**'],
    rules: { 'no-restricted-imports': 'off', 'no-console': 'off', 'no-restricted-globals': 'off' },
  },
);
