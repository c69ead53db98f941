// A page loads the everyday texts of a language and the parts that it needs, so nothing that can be shown
// there may say a text of another catalogue: it would stand in English. Follows every import, also those
// that load later.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyday } from './de';
import { needed, PARTS } from './needed';

const IMPORT =
  /\bimport\s*\(\s*'([^']+)'|^\s*(?:import|export)\s(?!type\b)[^;]*?from\s+'([^']+)'/gm;

/** The file that `name` means in `from`; none where it is a package's. */
function file(name: string, from: string): string | undefined {
  if (!/^(\.|\$lib)/.test(name)) return undefined;
  const path = name.startsWith('$lib')
    ? name.replace('$lib', 'src/lib')
    : normalize(join(dirname(from), name));
  return [path, `${path}.ts`, `${path}/index.ts`].find((it) => /\.\w+$/.test(it) && existsSync(it));
}

/** Every file that `from` can come to load. */
function reached(from: string, found = new Set<string>()): Set<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const [, later, now] of readFileSync(from, 'utf8').matchAll(IMPORT)) {
    const next = file(later ?? now ?? '', from);
    if (next && !/i18n\/(de|es|fr)\//.test(next)) reached(next, found);
  }
  return found;
}

/** The catalogues that a page can say, by their names, with those of the layout. */
function catalogues(page: string): string[] {
  const files = [`src/routes/${page}`, 'src/routes/+layout.svelte'].flatMap((it) => [
    ...reached(it),
  ]);
  const names = files.flatMap((path) => {
    const found = /i18n\/en(?:\.(\w+))?\.ts$/.exec(path);
    return found ? [found[1] ?? 'common'] : [];
  });
  return [...new Set(names)].sort();
}

const pages = readdirSync('src/routes', { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('+page.svelte'),
);

describe('the texts of a page', () => {
  it.each(pages)('are all that it can say, and no other: %s', (page) => {
    const texts = [
      ...Object.keys(everyday),
      ...needed(`/${page.replace(/\/?\+page.svelte$/, '')}`),
    ];
    expect(catalogues(page)).toEqual(texts.sort());
  });

  it('are of each part on some page, and at the counter of none', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(new Set(pages.flatMap((page) => needed(`/${page}`)))).toEqual(new Set(PARTS));
    expect(needed('/')).toEqual([]);
  });

  it.each(['de', 'es', 'fr'])('are in one file of each part in %s', (language) => {
    const files = readdirSync(`src/lib/i18n/${language}`).map((file) => file.replace('.ts', ''));
    expect(files.sort()).toEqual([...Object.keys(everyday), ...PARTS, 'index'].sort());
  });
});
