import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  {
    ignores: ['build', '.svelte-kit', 'playwright-report', 'test-results', 'src/lib/api/schema.ts'],
  },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      // A style attribute in markup is refused by the Content-Security-Policy, and raw HTML
      // from data would be a hole in it.
      'svelte/no-inline-styles': ['error', { allowTransitions: true }],
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
    },
  },
  { files: ['scripts/**', 'e2e/**', 'measure/**'], rules: { 'no-console': 'off' } },
);
