// The counter loads the everyday texts of a language and no other, so nothing that can be shown there
// may say a text of another catalogue: it would stand in English. Follows every import, also those that
// load later.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyday } from './de';
import { more } from './de/more';

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

const catalogues = (files: Iterable<string>) =>
  [...files].flatMap((path) => {
    const [, name] = /i18n\/en(?:\.(\w+))?\.ts$/.exec(path) ?? [];
    return /i18n\/en(\.\w+)?\.ts$/.test(path) ? [name ?? 'common'] : [];
  });

describe('the everyday texts', () => {
  it('are all that the counter and the layout can say', () => {
    const files = ['+page', '+layout'].flatMap((it) => [...reached(`src/routes/${it}.svelte`)]);
    expect(files.length).toBeGreaterThan(40);
    expect([...new Set(catalogues(files))].sort()).toEqual(Object.keys(everyday).sort());
  });

  it('leave to the other pages what only these say', () => {
    const names = catalogues(reached('src/routes/lot/[gtin]/[lot]/+page.svelte'));
    expect(names.filter((name) => name in more)).not.toEqual([]);
  });
});
